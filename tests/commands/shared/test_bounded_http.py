"""What a client without a login can take up of a server: asked by raw sockets."""

import asyncio
import contextlib
import re
import resource
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

import httpx2
import pytest

from commands.shared.bounded_http import MAX_OPEN_FILES, Bounds, OpenConnections, raise_file_limit
from commands.shared.serving import serving_app
from commands.shared.temporal_server import free_port
from loyalty.webhooks.addresses import parse_networks
from tests.kit.metrics import growth
from tests.kit.paths import ROOT

BOUNDS = Bounds(
    head_bytes=4096,
    body_bytes=100_000,
    head_seconds=1.5,
    body_seconds=1.5,
    write_seconds=1.0,
    connections=800,
    connections_of_address=350,
)
LIVE = b"GET /live HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class App:
    """An ASGI app that reads bodies at /read, answers at once elsewhere, and sends much at /much."""

    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope, receive, send) -> None:
        self.seen.append(scope["path"])
        body = b""
        if scope["path"] == "/read":
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                body += message["body"]
                more = message["more_body"]
        if scope["path"] == "/slow":
            await asyncio.sleep(2.5)
        answer = b"x" * 20_000_000 if scope["path"] == "/much" else b"%d" % len(body)
        headers = [(b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


@dataclass
class Client:
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def rest(self) -> bytes:
        """What is sent until the connection is closed."""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(60):
                return await self.reader.read()
        return b""

    async def answer(self) -> bytes:
        """One answer with its body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return head + await self.reader.readexactly(length)


@dataclass
class Server:
    port: int
    app: App
    clients: list[Client] = field(default_factory=list)

    async def connect(self) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 25))
        self.clients.append(client)
        return client

    async def live(self) -> float:
        """The seconds until /live answers on a new connection."""
        begin = time.monotonic()
        client = await self.connect()
        await client.send(LIVE)
        assert (await client.answer()).startswith(b"HTTP/1.1 200")
        client.writer.close()
        return time.monotonic() - begin

    async def is_live(self) -> bool:
        """Whether /live answers on a new connection: not before the server has noticed the ends of others."""
        client = await self.connect()
        await client.send(LIVE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        return (await client.rest()).startswith(b"HTTP/1.1 200")


@pytest.fixture
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    port, app = free_port(), App()
    async with serving_app(app, host="127.0.0.1", port=port, bounds=getattr(request, "param", BOUNDS)):
        started = Server(port, app)
        yield started
        for client in started.clients:
            client.writer.close()
        for client in started.clients:
            with contextlib.suppress(ConnectionError):
                await client.writer.wait_closed()


async def test_headers_that_never_end_are_refused_while_others_are_answered(server: Server):
    client = await server.connect()
    await client.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")

    async def flood() -> None:
        for _ in range(40):
            await client.send(b"a" * 65536)

    _, seconds, answer = await asyncio.gather(flood(), server.live(), client.rest())

    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert seconds < 10
    assert server.app.seen == ["/live"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: %b\r\n" % (b"a" * 5000),
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 2000,
        b"GET /%b HTTP/1.1\r\nHost: x\r\n" % (b"a" * 5000),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\r\n"])
async def test_a_long_head_gets_431_and_never_reaches_the_app(server: Server, head: bytes, end: bytes):
    client = await server.connect()
    await client.send(head + end)

    assert (await client.rest()).startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert server.app.seen == []


@pytest.mark.parametrize(
    ("sent", "status", "chosen"),
    [
        (b"GET /%b HTTP/1.1\r\nHost: x\r\nX-Request-ID: mine\r\n\r\n" % (b"a" * 5000), "431", False),
        (b"POST /read HTTP/1.1\r\nContent-Length: 9\r\nX-Request-ID: mine\r\n\r\nhalf", "408", True),
    ],
)
async def test_what_the_connection_refuses_is_counted_and_has_a_request_id(
    server: Server, sent: bytes, status: str, chosen: bool
):
    grown = growth("laurel_refusals_total", code=status)
    client = await server.connect()

    await client.send(sent)
    answer = await client.rest()

    (request_id,) = re.findall(rb"\r\nX-Request-ID: ([a-z0-9]+)\r\n", answer)
    assert answer.startswith(b"HTTP/1.1 " + status.encode())
    assert (request_id == b"mine") == chosen
    assert grown() == 1


async def test_a_short_head_and_a_long_body_in_one_packet_are_taken(server: Server):
    client = await server.connect()
    await client.send(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"b" * 60000)

    assert (await client.answer()).endswith(b"60000")


async def test_300_half_requests_are_closed_after_the_time_limit_and_others_are_answered_meanwhile(server: Server):
    halves = (b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST /read HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", b"")

    async def send_half(number: int) -> bytes:
        client = await server.connect()
        await client.send(halves[number % 3])
        return await client.rest()

    waiting = asyncio.gather(*(send_half(number) for number in range(300)))
    meanwhile = [await server.live() for _ in range(5)]
    answers = await waiting

    assert max(meanwhile) < 10
    assert {answer[:12] for answer in answers[::3] + answers[1::3]} == {b"HTTP/1.1 408"}
    assert set(answers[2::3]) == {b""}


async def test_a_head_that_drips_is_closed_after_the_time_limit(server: Server):
    client = await server.connect()
    await client.send(b"GET / HTTP/1.1\r\n")

    async def drip() -> None:
        for _ in range(30):
            await client.send(b"X: y\r\n")
            await asyncio.sleep(0.1)

    _, answer = await asyncio.gather(drip(), client.rest())

    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")


async def test_blank_lines_do_not_keep_a_connection_open(server: Server, monkeypatch: pytest.MonkeyPatch):
    client = await server.connect()
    await client.send(LIVE)
    await client.answer()
    begin = time.monotonic()

    while not client.reader.at_eof() and time.monotonic() - begin < 60:
        await client.send(b"\r\n")
        await asyncio.sleep(0.2)
        if client.writer.is_closing():
            break

    assert time.monotonic() - begin < 30  # 5 s of uvicorn's keep-alive, 1 s for a head, and a sweep


async def test_an_app_that_takes_its_time_is_waited_for(server: Server):
    client = await server.connect()
    await client.send(LIVE.replace(b"live", b"slow"))

    assert (await client.answer()).startswith(b"HTTP/1.1 200")


async def test_a_body_that_does_not_end_is_cut(server: Server):
    client = await server.connect()
    await client.send(b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(100):
        await client.send(b"2000\r\n" + b"b" * 0x2000 + b"\r\n")

    answer = await client.rest()

    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")


async def test_the_rest_of_a_body_is_discarded_after_an_early_answer_and_the_connection_goes_on(server: Server):
    client = await server.connect()
    await client.send(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n")
    first = await client.answer()
    await client.send(b"b" * 50000 + LIVE)

    assert first.startswith(b"HTTP/1.1 200")
    assert (await client.answer()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("version", [b"1.1\r\nConnection: close", b"1.0"], ids=["close", "HTTP/1.0"])
async def test_an_early_answer_reaches_a_client_that_sends_its_whole_body_and_wants_to_close(
    server: Server, version: bytes
):
    client = await server.connect()
    await client.send(b"POST /early HTTP/" + version + b"\r\nHost: x\r\nContent-Length: 50000\r\n\r\n")
    await asyncio.sleep(0.05)
    for _ in range(5):
        client.writer.write(b"b" * 10000)  # fails if the connection was reset
        await client.writer.drain()

    assert (await client.rest()).startswith(b"HTTP/1.1 200")


async def test_a_connection_that_is_to_close_is_closed_after_its_answer(server: Server):
    client = await server.connect()
    begin = time.monotonic()
    await client.send(LIVE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    assert (await client.rest()).startswith(b"HTTP/1.1 200")
    assert time.monotonic() - begin < 1


async def test_an_early_answer_is_followed_by_no_other_when_the_body_does_not_come(server: Server):
    client = await server.connect()
    await client.send(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n")

    assert (await client.rest()).count(b"HTTP/1.1") == 1


async def test_a_client_that_does_not_read_is_cut(server: Server):
    client = await server.connect()
    client.writer.transport.pause_reading()
    await client.send(LIVE.replace(b"live", b"much"))

    await asyncio.sleep(3)
    client.writer.transport.resume_reading()

    assert len(await client.rest()) < 20_000_000


@pytest.mark.parametrize("server", [replace(BOUNDS, head_seconds=60)], indirect=True, ids=["patient"])
async def test_connections_beyond_the_bound_of_an_address_get_503_and_the_others_go_on(server: Server):
    first = await server.connect()
    clients = [await server.connect() for _ in range(BOUNDS.connections_of_address + 20)]
    await first.send(LIVE)

    assert (await first.answer()).startswith(b"HTTP/1.1 200")
    refused = await asyncio.gather(*(client.rest() for client in clients[-20:]))
    assert {answer[:12] for answer in refused} == {b"HTTP/1.1 503"}
    for client in [first, *clients]:
        client.writer.close()
    while not await server.is_live():
        await asyncio.sleep(0.05)


async def test_pipelined_requests_are_answered_in_order_and_not_too_many_are_kept(server: Server):
    few, many = await server.connect(), await server.connect()
    await few.send(LIVE.replace(b"live", b"slow") + LIVE * 5)
    await many.send(LIVE.replace(b"live", b"slow") + LIVE * 100)

    assert [(await few.answer())[:12] for _ in range(6)] == [b"HTTP/1.1 200"] * 6
    assert await many.rest() == b""


async def test_what_is_no_http_gets_400(server: Server):
    client = await server.connect()
    await client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

    assert (await client.rest()).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_connections_stay_below_the_limit_on_open_files(monkeypatch: pytest.MonkeyPatch):
    raised = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))

    bounds = raise_file_limit(Bounds())

    assert raised == [(1024, 1024)]
    assert (bounds.connections, bounds.connections_of_address) == (768, 384)


def test_a_proxy_may_have_more_connections_than_an_address():
    bounds = replace(BOUNDS, connections=5, connections_of_address=1)
    connections = OpenConnections(bounds, (ip_network("10.0.0.0/8"),))

    admitted = [
        connections.admit(object(), address) for address in ("10.1.1.1", "10.1.1.1", "192.0.2.1", "192.0.2.1", "")
    ]

    assert admitted == [True, True, True, False, True]
    assert not connections.admit(object(), "10.1.1.1")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        ("", "198.51.100.7", "127.0.0.1"),
        ("10.0.0.0/8", "198.51.100.7", "127.0.0.1"),
        ("127.0.0.1/32", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1/32,10.0.0.0/8", "192.0.2.1, 198.51.100.7, 10.0.0.9", "198.51.100.7"),
    ],
)
async def test_only_named_proxies_say_who_the_client_is(proxies: str, forwarded: str, seen: str):
    addresses = []

    async def app(scope, receive, send) -> None:
        addresses.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    port = free_port()
    networks = parse_networks(proxies, setting="LAUREL_TRUSTED_PROXIES")
    async with (
        serving_app(app, host="127.0.0.1", port=port, proxies=networks),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        await http.get("/", headers={"X-Forwarded-For": forwarded, "Forwarded": "for=203.0.113.1"})

    assert addresses == [seen]


def test_the_documentation_has_every_bound():
    page = (ROOT / "docs/ops.md").read_text()
    (table,) = re.findall(r"<!-- bounds of connections.*?-->\n(.*?)\n\n", page, re.DOTALL)
    bounds = Bounds()

    assert [row.split(" | ")[1] for row in table.splitlines()[2:]] == [
        f"{bounds.head_bytes // 1024} KiB",
        f"{bounds.body_bytes // 1024**2} MiB",
        f"{bounds.head_seconds:.0f} s",
        f"{bounds.body_seconds:.0f} s",
        f"{bounds.upload_bytes // 1024**2} MiB",
        f"{bounds.upload_seconds:.0f} s",
        f"{bounds.write_seconds:.0f} s",
        f"{bounds.pipelined}",
        f"{bounds.connections}",
        f"{bounds.connections_of_address}",
    ]
    assert f"{MAX_OPEN_FILES:,}" in page
