"""Protection against SSRF: resolve a host once, check every address, and connect to a checked address.

The name is not resolved again for the connection, so DNS rebinding cannot redirect it.
"""

# ruff: noqa: ARG002, ASYNC109  (the signature is httpcore2's; the caller sets one timeout for the whole request)

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address

import httpcore2

from activities.webhooks.connection import Connection
from loyalty.webhooks.addresses import Address, Network, why_refused
from loyalty.webhooks.urls import literal_address, refusal

_MOST_DIALS = 4  # addresses tried for one host
_DIAL_SECONDS = 4.0  # timeout of each, so that a dead address leaves time for the next


class AddressRefusedError(httpcore2.ConnectError):
    """The host has an address that webhooks may not reach; the message says how to allow it."""


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """A network backend that connects to public addresses and to allowed networks only."""

    def __init__(self, allow: tuple[Network, ...]) -> None:
        self._allow = allow

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._permitted_addresses(host, port)
        failure: OSError | None = None
        for address in addresses[:_MOST_DIALS]:
            try:
                return await _dial(address, port)
            except OSError as error:  # try the next address
                failure = error
        raise httpcore2.ConnectError(_why_no_connection(host, port, failure)) from failure

    async def _permitted_addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses of a host; raise AddressRefusedError if any of them is forbidden."""
        addresses = await _resolve(host, port)
        for address in addresses:
            kind = why_refused(address, self._allow)
            if kind is not None:
                raise AddressRefusedError(refusal(host, address, kind))
        return addresses


async def _resolve(host: str, port: int) -> list[Address]:
    literal = literal_address(host)
    if literal is not None:
        return [literal]
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore2.ConnectError(f"the name {host} has no address: {error.strerror or error}") from error
    return list(dict.fromkeys(ip_address(sockaddr[0]) for *_, sockaddr in answers))


async def _dial(address: Address, port: int) -> Connection:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_DIAL_SECONDS):
        _, stream = await loop.create_connection(Connection, str(address), port)
    return stream


def _why_no_connection(host: str, port: int, failure: OSError | None) -> str:
    match failure:
        case ConnectionRefusedError():
            return f"nothing listens at {host} port {port} (connection refused)"
        case TimeoutError():
            return f"{host} port {port} does not answer"
        case None:
            return f"the name {host} has no address"
        case _:
            return f"no connection to {host} port {port}: {failure.strerror or failure}"
