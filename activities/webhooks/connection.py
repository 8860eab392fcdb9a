"""One TCP or TLS connection for httpcore2, straight on asyncio: half of what its own costs."""

# ruff: noqa: ARG002, ASYNC109  (the signatures are httpcore2's; time is kept by the caller, for a request as a whole)

import asyncio
import ssl
from typing import Any, cast

import httpcore2

MOST_READ = 32 * 1024
"""Bytes read of one answer, headers included; a longer one is cut off."""

_READ_SIZE = 16 * 1024


class Connection(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """One connection. It keeps no time: the caller sets one deadline for the whole of a request."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unsent = bytearray()
        self._received = bytearray()
        self._read = 0
        self._ended = False
        self._failure: Exception | None = None
        self._news: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > MOST_READ and self._transport is not None:
            self._transport.pause_reading()  # for good: nobody reads further
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._failure = exc
        self._wake()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent and self._transport is not None:
            self._transport.write(bytes(self._unsent))  # headers and body in one packet
            self._unsent.clear()
        if self._read >= MOST_READ:
            raise httpcore2.ReadError(f"the answer is longer than {MOST_READ // 1024} KiB")
        if not self._received and not self._ended:
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        if not self._received and self._failure is not None:
            raise httpcore2.ReadError(f"the connection broke: {self._failure}") from self._failure
        data = bytes(self._received[:_READ_SIZE])
        del self._received[:_READ_SIZE]
        self._read += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer
        self._read = 0

    async def aclose(self) -> None:
        self._ended = True
        if self._transport is not None:
            self._transport.abort()  # nothing more is wanted, and a far side that stalls holds nothing up

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        assert self._transport is not None
        start_tls = asyncio.get_running_loop().start_tls  # which closes the connection when it fails
        try:
            self._transport = await start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except OSError as error:
            raise httpcore2.ConnectError(_why_no_tls(server_hostname, error)) from error
        if self._transport is None:
            raise httpcore2.ConnectError(f"TLS: {server_hostname} closed the connection")
        return self

    def get_extra_info(self, info: str) -> Any:
        """`is_readable`: an idle connection that has something to say is over. Nothing else is asked."""
        return (self._ended or bool(self._received)) if info == "is_readable" else None

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


def _why_no_tls(host: str | None, failure: OSError) -> str:
    match failure:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {host} is not valid: {failure.verify_message}"
        case ssl.SSLError():
            return f"no TLS with {host}: {failure.reason or failure}"
        case _:
            return f"no TLS with {host}: {failure.strerror or failure}"
