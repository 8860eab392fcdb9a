"""A TCP proxy between processes and a server, whose connections can be cut and delayed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

HOST = "127.0.0.1"
_CHUNK = 65_536

Target: TypeAlias = Path | int
"""Where the server listens: a Unix socket, or a port of this machine."""


class Proxy:
    """Passes on what it is sent, while it is let."""

    def __init__(self, target: Target) -> None:
        self.port = 0
        self._target = target
        self._lag = 0.0
        self._is_open = True
        self._transports: set[asyncio.WriteTransport] = set()
        self._conversations: set[asyncio.Task[None]] = set()

    async def cut(self, seconds: float) -> None:
        """Reset every connection, and refuse new ones for so many seconds."""
        self._is_open = False
        for transport in list(self._transports):
            transport.abort()
        await asyncio.sleep(seconds)
        self._is_open = True

    async def delay(self, seconds: float, *, lag: float) -> None:
        """Hold back everything that is sent by `lag`, for so many seconds."""
        self._lag = lag
        await asyncio.sleep(seconds)
        self._lag = 0.0

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin a connection."""
        task = asyncio.create_task(self._converse(reader, writer))
        self._conversations.add(task)
        task.add_done_callback(self._conversations.discard)

    async def close(self) -> None:
        """Reset every connection, for good."""
        self._is_open = False
        for task in list(self._conversations):
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if not self._is_open:
                return writer.transport.abort()
            try:
                to_server, from_server = await self._connect(), writer
            except OSError:
                return writer.transport.abort()
            server_reader, server_writer = to_server
            ours = {writer.transport, server_writer.transport}
            self._transports |= ours
            try:
                await asyncio.gather(self._pass_on(reader, server_writer), self._pass_on(server_reader, from_server))
            finally:
                self._transports -= ours
                for transport in ours:
                    transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        match self._target:
            case Path():
                return await asyncio.open_unix_connection(self._target)
            case int():
                return await asyncio.open_connection(HOST, self._target)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK):
            if self._lag:
                await asyncio.sleep(self._lag)
            if writer.transport.is_closing():
                return
            writer.write(chunk)
            await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def proxied(target: Target, port: int = 0) -> AsyncIterator[Proxy]:
    """A proxy that listens as long as the block lasts."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.accept, HOST, port)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
