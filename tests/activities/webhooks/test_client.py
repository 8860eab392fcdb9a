import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from activities.webhooks.client import WebhookClient
from tests.kit.receiver import Answer, Receiver
from tests.kit.webhook_client import BODY, LOOPBACK, SOON, post

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server_that(script: Script) -> AsyncIterator[str]:
    """A server that reads a request and then runs the script, which may write anything."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(BODY)
        try:
            await script(writer)
        except ConnectionError:
            return  # the client closed the connection, as it should
        finally:
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()


def answering(text: bytes) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return script


async def test_a_webhook_arrives_unchanged(client, receiver):
    receiver.answer("/hook?store=1", Answer(status=201, body="dzięki".encode()))

    attempt = await post(client, f"{receiver.url}/hook?store=1")
    (request,) = receiver.requests

    assert (attempt.delivered, attempt.status, attempt.answer) == (True, 201, "dzięki")
    assert (attempt.error, attempt.gone, attempt.retry_after) == (None, False, None)
    assert attempt.latency_ms >= 0
    assert (request.method, request.path, request.body) == ("POST", "/hook?store=1", BODY)
    assert request.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "user-agent": "Laurel",
        "content-type": "application/json",
        "content-length": str(len(BODY)),
    }


async def test_one_connection_carries_many_webhooks(client, receiver):
    receiver.answer("/", Answer(body=b"." * 10_000))

    attempts = [await post(client, receiver.url) for _ in range(5)]

    assert [attempt.delivered for attempt in attempts] == [True] * 5
    assert len({request.connection for request in receiver.requests}) == 1


async def test_a_connection_that_the_receiver_closed_is_replaced(client, receiver):
    receiver.answer("/", Answer(headers={"connection": "close"}))

    attempts = [await post(client, receiver.url) for _ in range(3)]

    assert all(attempt.delivered for attempt in attempts)
    assert len({request.connection for request in receiver.requests}) == 3


async def test_a_connection_closed_while_idle_is_replaced_too(client):
    async with server_that(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")) as url:
        first = await post(client, url)
        await asyncio.sleep(0.5)  # until the client sees the end of the connection
        second = await post(client, url)

    assert (first.delivered, second.delivered) == (True, True)


@pytest.mark.parametrize("status", [300, 400, 401, 404, 409, 500, 503])
async def test_only_2xx_is_success(client, receiver, status):
    receiver.answer("/", Answer(status=status, body=b"no"))

    attempt = await post(client, receiver.url)

    assert (attempt.delivered, attempt.status, attempt.answer, attempt.gone) == (False, status, "no", False)
    assert attempt.error is not None
    assert attempt.error.startswith(f"answered {status}")


async def test_410_is_reported_as_gone(client, receiver):
    receiver.answer("/", Answer(status=410))

    attempt = await post(client, receiver.url)

    assert (attempt.delivered, attempt.gone) == (False, True)


@pytest.mark.parametrize(
    ("header", "expected"), [("120", timedelta(minutes=2)), ("9999999999", timedelta(days=1)), ("soon", None)]
)
async def test_retry_after_is_read(client, receiver, header, expected):
    receiver.answer("/", Answer(status=429, headers={"Retry-After": header}))

    attempt = await post(client, receiver.url)

    assert (attempt.status, attempt.retry_after) == (429, expected)


async def test_a_redirect_is_not_followed(client, receiver):
    receiver.answer("/", Answer(status=307, headers={"Location": f"{receiver.url}/elsewhere"}))

    attempt = await post(client, receiver.url)

    assert attempt.error == "answered 307: redirects are not followed, subscribe with the URL it leads to"
    assert [request.path for request in receiver.requests] == ["/"]


async def test_no_proxy_is_taken_from_the_environment(client, receiver, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    async with WebhookClient(LOOPBACK) as fresh:
        attempt = await post(fresh, receiver.url)

    assert attempt.delivered


def dripping(beginning: bytes, drop: bytes) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(beginning)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return script


async def test_a_server_that_sends_headers_slowly_is_given_up_at_the_timeout(client):
    async with server_that(dripping(b"HTTP/1.1 200 OK\r\n", b"x-drop: 1\r\n")) as url:
        attempt = await post(client, url, SOON)

    assert (attempt.delivered, attempt.status) == (False, None)
    assert attempt.error == "no answer within 0.4 s"


@pytest.mark.parametrize(("status", "delivered"), [(b"200 OK", True), (b"500 Oh", False)])
async def test_a_server_that_sends_its_body_slowly_has_answered_with_its_status(client, status, delivered):
    async with server_that(dripping(b"HTTP/1.1 " + status + b"\r\ncontent-length: 9999\r\n\r\n", b".")) as url:
        attempt = await post(client, url)

    assert (attempt.delivered, attempt.status) == (delivered, int(status[:3]))
    assert attempt.answer.startswith("..")


async def test_a_silent_server_is_given_up_at_the_timeout(client, receiver):
    receiver.answer("/", Answer(delay=60))

    attempt = await post(client, receiver.url, SOON)

    assert attempt.error == "no answer within 0.4 s"


async def test_a_dead_endpoint_delays_no_other(client, receiver):
    receiver.answer("/dead", Answer(delay=60))
    waiting = [asyncio.create_task(post(client, f"{receiver.url}/dead")) for _ in range(40)]
    await receiver.arrival(lambda requests: len(requests) == 40)

    attempt = await post(client, f"{receiver.url}/alive")

    assert attempt.delivered
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    assert all(
        isinstance(result, asyncio.CancelledError) for result in await asyncio.gather(*waiting, return_exceptions=True)
    )
    assert (await post(client, f"{receiver.url}/alive")).delivered


async def test_the_start_of_a_huge_answer_is_stored_and_the_rest_is_not_read(client, receiver):
    receiver.answer("/", Answer(body="ż".encode() * 20_000_000))

    attempt = await post(client, receiver.url)

    assert attempt.delivered
    assert attempt.answer == "ż" * 500


async def test_an_answer_that_is_not_text_is_made_storable(client, receiver):
    receiver.answer("/", Answer(body=b"\xff\x00ok"))

    attempt = await post(client, receiver.url)

    assert attempt.answer == "\N{REPLACEMENT CHARACTER}" * 2 + "ok"


@pytest.mark.parametrize("line", [b"HTTP/1.1 100 Continue\r\n\r\n", b"x-more: of the same\r\n"])
async def test_endless_headers_are_cut_off(client, line):
    async def flood(writer):
        writer.write(b"HTTP/1.1 200 OK\r\n" if line.startswith(b"x-") else b"")
        while True:
            writer.write(line * 500)
            await writer.drain()

    async with server_that(flood) as url:
        attempt = await post(client, url)

    assert attempt.error == "the answer is longer than 32 KiB"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", "without sending a response"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "without sending a response"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "illegal"),
        (b"HTTP/1.1 0 ?\r\n\r\n", "illegal"),
    ],
)
async def test_an_answer_that_is_not_http_is_reported_on_one_line(client, said, error):
    async with server_that(answering(said)) as url:
        attempt = await post(client, url)

    assert (attempt.delivered, attempt.status) == (False, None)
    assert error in (attempt.error or "")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.0 200 OK\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfine",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\nzz\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine",
    ],
)
async def test_every_end_of_an_answer_is_accepted_also_a_truncated_one(client, said):
    async with server_that(answering(said)) as url:
        attempt = await post(client, url)

    assert (attempt.delivered, attempt.answer) == (True, "fine")


async def test_a_refused_connection_is_reported(client):
    with Receiver() as gone:
        url = gone.url

    attempt = await post(client, url)

    assert attempt.error == f"nothing listens at 127.0.0.1 port {gone.port} (connection refused)"


async def test_a_name_without_an_address_is_reported(client):
    attempt = await post(client, "http://nowhere.invalid/hook")

    assert (attempt.error or "").startswith("the name nowhere.invalid has no address")


@pytest.mark.parametrize("url", ["ftp://example.com/", "http://", "http://a:b@example.com/", "http://x:99999/"])
async def test_an_invalid_url_is_reported(client, url):
    attempt = await post(client, url)

    assert (attempt.delivered, attempt.status) == (False, None)
    assert attempt.error


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "internal.example"},
        {"content-length": "3"},
        {"Transfer-Encoding": "chunked"},
        {"x-name": "a\r\nx-evil: 1"},
        {"x name": "a"},
        {"x-name": "a\x00"},
        {"x-name": "漢字"},
    ],
)
async def test_headers_that_would_change_the_request_are_refused(client, receiver, headers):
    attempt = await client.post(receiver.url, headers=headers, body=BODY, timeout=SOON)

    assert (attempt.delivered, attempt.status) == (False, None)
    assert "header" in (attempt.error or "")
    assert receiver.requests == []
