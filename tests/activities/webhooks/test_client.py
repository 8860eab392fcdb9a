import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop

from activities.webhooks.client import Attempt, WebhookClient
from loyalty.webhooks.addresses import parse_allow_list
from tests.kit.receiver import Answer, Receiver

LOOPBACK = parse_allow_list("127.0.0.0/8,::1/128")
SOON = timedelta(seconds=0.4)
BODY = b'{"amount": 12.50}'

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    async with WebhookClient(LOOPBACK) as running:
        yield running


async def post(client: WebhookClient, url: str, within: timedelta = timedelta(seconds=15)) -> Attempt:
    return await client.post(url, headers={"Content-Type": "application/json"}, body=BODY, timeout=within)


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


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Resolve every name to these addresses; return the list of resolved names, which grows."""
    asked: list[str] = []

    async def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked


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


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "0.0.0.0",
        "0",
        "localhost",
        "LocalHost.",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[fec0::1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "\uff11\uff12\uff17.0.0.1",
    ],
)
async def test_a_private_address_is_refused_in_every_notation(receiver, host):
    async with WebhookClient() as guarded:
        attempt = await post(guarded, f"http://{host}:{receiver.port}/hook", timedelta(seconds=5))

    assert (attempt.delivered, attempt.status) == (False, None)
    assert "LAUREL_WEBHOOK_ALLOW" in (attempt.error or "") or "has no address" in (attempt.error or "")
    assert receiver.requests == []


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("8.8.8.8", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8"),
        ("8.8.8.8", "fec0::1"),
        ("fe80::1%eth0",),
    ],
)
async def test_one_private_answer_among_public_ones_refuses_the_name(receiver, monkeypatch, addresses):
    resolving(monkeypatch, *addresses)

    async with WebhookClient() as guarded:
        attempt = await post(guarded, f"http://partner.example:{receiver.port}/hook")

    assert "(of partner.example)" in (attempt.error or "")
    assert "LAUREL_WEBHOOK_ALLOW" in (attempt.error or "")
    assert receiver.requests == []


async def test_the_checked_address_is_the_one_connected_to_and_resolved_once(client, receiver, monkeypatch):
    asked = resolving(monkeypatch, "127.0.0.1")

    attempt = await post(client, f"http://partner.example:{receiver.port}/hook")

    assert attempt.delivered
    assert asked == ["partner.example"]
    assert receiver.requests[0].headers["host"] == f"partner.example:{receiver.port}"


async def test_the_next_address_is_dialled_when_one_is_dead(client, receiver, monkeypatch):
    resolving(monkeypatch, "127.0.0.2", "127.0.0.1")

    attempt = await post(client, f"http://partner.example:{receiver.port}/hook")

    assert attempt.delivered


async def test_a_name_with_no_answers_is_reported(client, monkeypatch):
    resolving(monkeypatch)

    attempt = await post(client, "http://partner.example/hook")

    assert attempt.error == "the name partner.example has no address"


CERTIFICATE_FOR_A_DAY = (
    "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 1 "
    "-subj /CN=partner.example -addext subjectAltName=DNS:partner.example"
)


@pytest.fixture
def identity(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for `partner.example`: the server's side, and a client's that trusts it."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command here to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, *CERTIFICATE_FOR_A_DAY.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=certificate)


async def test_tls_is_with_the_name_of_the_url(identity, monkeypatch):
    server, trusting = identity
    resolving(monkeypatch, "127.0.0.1")
    names: list[str | None] = []
    server.sni_callback = lambda connection, name, context: names.append(name)

    with Receiver(tls=server) as receiver:
        async with WebhookClient(LOOPBACK, tls=trusting) as client:
            attempts = [await post(client, f"https://partner.example:{receiver.port}/hook") for _ in range(2)]
            wrong = await post(client, f"https://other.example:{receiver.port}/hook")

    assert [attempt.error for attempt in attempts] == [None, None]
    assert names == ["partner.example", "other.example"]
    assert "the certificate of other.example is not valid" in (wrong.error or "")


async def test_an_untrusted_certificate_is_refused(identity, client, monkeypatch):
    server, _ = identity
    resolving(monkeypatch, "127.0.0.1")

    with Receiver(tls=server) as receiver:
        attempt = await post(client, f"https://partner.example:{receiver.port}/hook")

    assert "the certificate of partner.example is not valid" in (attempt.error or "")
    assert receiver.requests == []


async def test_tls_with_a_server_without_it_is_reported(client, receiver):
    attempt = await post(client, receiver.url.replace("http:", "https:"), timedelta(seconds=5))

    assert "no TLS with 127.0.0.1" in (attempt.error or "")


async def test_a_handshake_that_stalls_is_given_up_at_the_timeout(client):
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    attempt = await post(client, f"https://127.0.0.1:{port}/", SOON)
    server.close()

    assert attempt.error == "no answer within 0.4 s"


def test_it_works_on_uvloop_as_well(receiver, identity):
    server, trusting = identity
    trusting.check_hostname = False

    async def deliver() -> list[Attempt]:
        with Receiver(tls=server) as secured:
            async with WebhookClient(LOOPBACK, tls=trusting) as client:
                plain = await post(client, receiver.url)
                refused = await post(client, receiver.url.replace("http:", "https:"), timedelta(seconds=5))
                return [plain, await post(client, secured.url), await post(client, secured.url), refused]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        attempts = runner.run(deliver())

    assert [attempt.delivered for attempt in attempts] == [True, True, True, False]
