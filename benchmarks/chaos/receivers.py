"""Receivers of webhooks that fail in every way, each message once; they remember what they have taken."""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, assert_never, get_args

HOST = "127.0.0.1"
_STEP = 0.5

Fault: TypeAlias = Literal["hang", "reset", "500", "429", "redirect", "endless_body", "endless_headers"]
FAULTS: Sequence[Fault] = get_args(Fault)

GONE = "/gone"
"""The path of the receiver that always answers 410."""


@dataclass
class Receivers:
    """What has been sent to each path: a message fails at its first attempt by chance, and is taken at the next one."""

    luck: random.Random
    share: float
    """How many messages fail at first, from 0 to 1."""
    port: int = 0
    taken: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The `webhook-id`s that were answered by 204, by path."""
    failed: Counter[str] = field(default_factory=Counter)
    gone: int = 0
    _seen: set[tuple[str, str]] = field(default_factory=set)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                while await self._answer(reader, writer):
                    pass
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        path = head.split(" ", 2)[1]
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        headers = {name.lower(): value for name, value in headers.items()}
        await reader.readexactly(int(headers.get("content-length", "0")))
        message = headers["webhook-id"]
        if path == GONE:
            self.gone += 1
            writer.write(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
            return True
        if (path, message) not in self._seen:
            self._seen.add((path, message))
            if self.luck.random() < self.share:
                fault = self.luck.choice(FAULTS)
                self.failed[fault] += 1
                return await _fail(fault, writer)
        self.taken[path].add(message)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        return True


async def _fail(fault: Fault, writer: asyncio.StreamWriter) -> bool:
    """Fail one request; return whether the connection goes on."""
    match fault:
        case "hang":
            await asyncio.sleep(30)
            return False
        case "reset":
            return False
        case "500":
            writer.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops")
            return True
        case "429":
            writer.write(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")
            return True
        case "redirect":
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            return True
        case "endless_body":
            writer.write(b"HTTP/1.1 500 Internal Server Error\r\nTransfer-Encoding: chunked\r\n\r\n")
            await _for_ever(writer, b"4\r\noops\r\n")
            return False
        case "endless_headers":
            writer.write(b"HTTP/1.1 200 OK\r\n")
            await _for_ever(writer, b"X-More: and more\r\n")
            return False
        case _:
            assert_never(fault)


async def _for_ever(writer: asyncio.StreamWriter, chunk: bytes) -> None:
    while not writer.transport.is_closing():
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(_STEP)


@asynccontextmanager
async def receiving(luck: random.Random, *, share: float) -> AsyncIterator[Receivers]:
    """Receivers that listen as long as the block lasts."""
    receivers = Receivers(luck, share)
    conversations: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(receivers.converse(reader, writer))
        conversations.add(task)
        task.add_done_callback(conversations.discard)

    server = await asyncio.start_server(begin, HOST, 0)
    receivers.port = server.sockets[0].getsockname()[1]
    try:
        yield receivers
    finally:
        server.close()
        for task in list(conversations):
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
