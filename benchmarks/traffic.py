"""Cheap HTTP from outside: calls kept in flight, and a receiver that counts. Neither may cost what is measured."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

HOST = "127.0.0.1"
_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class AnswerError(Exception):
    """A call was answered by something other than 200."""


def post(path: str, key: str, body: bytes) -> bytes:
    """A POST as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nX-AUTH-TOKEN: {key}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def send(port: int, requests: Sequence[bytes], *, in_flight: int) -> None:
    """Make all the calls, so many at a time; raise AnswerError where one is not taken."""
    waiting = iter(requests)
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(_send_some(port, waiting))


async def _send_some(port: int, waiting: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    for request in waiting:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        body = await reader.readexactly(_length(head))
        if not head.startswith(b"http/1.1 200"):
            raise AnswerError(f"{head[:40]!r}: {body[:300]!r}")
    writer.close()


class Receiver:
    """Answers every POST with 204, and counts different `webhook-id`s."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._seen: set[bytes] = set()
        self._news = asyncio.Event()

    @property
    def count(self) -> int:
        """How many different messages have arrived."""
        return len(self._seen)

    async def wait(self, count: int) -> None:
        """Until so many different messages have arrived."""
        while len(self._seen) < count:
            self._news.clear()
            await self._news.wait()

    def take(self, head: bytes) -> None:
        """Note one request by its headers, in lower case."""
        self._seen.add(_header(head, b"webhook-id"))
        self._news.set()


@asynccontextmanager
async def receiving(port: int) -> AsyncIterator[Receiver]:
    """A receiver that listens as long as the block lasts."""
    receiver = Receiver(port)
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(receiver), HOST, port)
    try:
        yield receiver
    finally:
        server.close()


class _Conversation(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[: end + 2].lower()
            whole = end + 4 + _length(head)
            if len(self._buffer) < whole:
                return
            self._buffer = self._buffer[whole:]
            self._receiver.take(head)
            self._transport.write(_ANSWER)  # type: ignore[attr-defined]  # uvloop's is not a WriteTransport


def _length(head: bytes) -> int:
    return int(_header(head, b"content-length") or b"0")


def _header(head: bytes, name: bytes) -> bytes:
    """A header's value in lower-case headers; empty where there is none."""
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    return head[start : head.index(b"\r\n", start)].strip()
