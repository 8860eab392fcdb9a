"""The only way out for webhooks: a name is resolved, every answer judged, the judged address itself dialled.

So a name that changes its mind between the check and the connection leads nowhere else.
"""

# ruff: noqa: ARG002, ASYNC109  (the signature is httpcore2's; time is kept by the caller, for a request as a whole)

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address

import httpcore2

from activities.webhooks.connection import Connection
from loyalty.webhooks.addresses import Address, Network, why_refused
from loyalty.webhooks.urls import literal_address, refusal

_MOST_DIALS = 4  # addresses tried for one name
_DIAL_SECONDS = 4.0  # for each of them, so that one dead address leaves time for the next


class AddressRefusedError(httpcore2.ConnectError):
    """The host leads to an address that webhooks may not go to; the message says the cure."""


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Connections to public addresses, and to the networks allowed."""

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
        addresses = await self._judged(host, port)
        failure: OSError | None = None
        for address in addresses[:_MOST_DIALS]:
            try:
                return await _dial(address, port)
            except OSError as error:  # the next address may answer
                failure = error
        raise httpcore2.ConnectError(_why_no_connection(host, port, failure)) from failure

    async def _judged(self, host: str, port: int) -> list[Address]:
        """The addresses of a host, all of them permitted; one forbidden among them refuses the host."""
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
