"""A TCP or TLS connection for httpcore2 on asyncio's transports, at half the cost of httpcore2's own."""

# ruff: noqa: ARG002, ASYNC109  (the signatures are httpcore2's; the caller sets one timeout for the whole request)

import asyncio
import ssl
from typing import Any, cast

import httpcore2

MAX_ANSWER = 32 * 1024
"""The most bytes of one response, with its headers; a longer one is an error."""

_READ_SIZE = 16 * 1024


class Connection(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """One connection, without timeouts of its own."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unsent = bytearray()
        self._received = bytearray()
        self._read = 0
        self._ended = False
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transport is not a subclass

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > MAX_ANSWER and self._transport is not None:
            self._transport.pause_reading()  # for good: the rest is never read
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
            self._transport.write(bytes(self._unsent))  # headers and body together, in one packet
            self._unsent.clear()
        if self._read >= MAX_ANSWER:
            raise httpcore2.ReadError(f"the answer is longer than {MAX_ANSWER // 1024} KiB")
        if not self._received and not self._ended:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
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
            self._transport.abort()  # a graceful close would wait for a receiver that stalls

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        assert self._transport is not None
        start_tls = asyncio.get_running_loop().start_tls  # it closes the connection on failure
        try:
            self._transport = await start_tls(self._transport, self, ssl_context, server_hostname=server_hostname)
        except OSError as error:
            raise httpcore2.ConnectError(_why_no_tls(server_hostname, error)) from error
        if self._transport is None:
            raise httpcore2.ConnectError(f"TLS: {server_hostname} closed the connection")
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return `is_readable`, all that httpcore2's pool asks for: an idle connection with input has been closed."""
        return (self._ended or bool(self._received)) if info == "is_readable" else None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _why_no_tls(host: str | None, failure: OSError) -> str:
    match failure:
        case ssl.SSLCertVerificationError():
            return f"the certificate of {host} is not valid: {failure.verify_message}"
        case ssl.SSLError():
            return f"no TLS with {host}: {failure.reason or failure}"
        case _:
            return f"no TLS with {host}: {failure.strerror or failure}"
