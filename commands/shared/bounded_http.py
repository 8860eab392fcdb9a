"""HTTP connections with bounds on bytes, time and number: what a client without a login can consume.

uvicorn bounds neither the bytes of a request's head nor the time in which a request must arrive, and it refuses excess
connections only once they have sent a request. So its protocol is extended here.
"""

import asyncio
import math
import re
import resource
import secrets
from collections import Counter
from dataclasses import dataclass, replace
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Literal

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.http.observation import chosen_id
from loyalty.webhooks.addresses import Network
from telemetry.metrics import count_refusal

log = structlog.get_logger(__name__)

MAX_OPEN_FILES = 65_536
"""The soft limit on open files, if the hard limit allows it."""

OTHER_FILES = 256
"""Open files that are reserved for everything else: database, Temporal, webhooks, logs."""

SWEEP_SECONDS = 0.5
"""Seconds between two sweeps for overdue connections."""

LINGER_SECONDS = 2.0
"""Seconds that a closed connection has to read what was sent to it; then it is cut."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one connection, and the number of connections."""

    head_bytes: int = 32 * 1024
    """Bytes of a request's line and headers."""
    body_bytes: int = 16 * 1024 * 1024
    """Twice the largest body that the API reads: the rest is discarded after the refusal, up to here."""
    upload_bytes: int = 101 * 1024 * 1024
    """Bytes of a body that is a file to import, which is stored as it arrives."""
    upload_seconds: float = 900.0
    """Seconds until such a body is complete."""
    head_seconds: float = 10.0
    """Seconds until the headers of a request are complete, from the connection or from the request's first byte."""
    body_seconds: float = 60.0
    """Seconds until its body is complete, from then on."""
    write_seconds: float = 60.0
    """Seconds until a client has read what waits for it."""
    pipelined: int = 16
    """Requests that may wait on a connection for earlier responses."""
    connections: int = 4096
    connections_of_address: int = 1024


BOUNDS = Bounds()


def raise_file_limit(bounds: Bounds) -> Bounds:
    """Raise this process's limit on open files as far as is useful; return bounds whose connections stay below it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    connections = min(bounds.connections, max(limit - OTHER_FILES, limit // 2))
    return replace(
        bounds, connections=connections, connections_of_address=min(bounds.connections_of_address, connections // 2)
    )


class OpenConnections:
    """The connections of one server."""

    def __init__(self, bounds: Bounds, proxies: tuple[Network, ...] = ()) -> None:
        """Hold connections within bounds; those of a proxy only count towards the total number."""
        self.bounds = bounds
        self._proxies = proxies
        self._open: set[BoundedHttpProtocol] = set()
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: "BoundedHttpProtocol", address: str) -> bool:
        """Count a connection; return whether it is within the bounds."""
        self._open.add(connection)
        self._by_address[address] += 1
        if len(self._open) > self.bounds.connections:
            return False
        return self._by_address[address] <= self.bounds.connections_of_address or self._is_proxy(address)

    def discard(self, connection: "BoundedHttpProtocol", address: str) -> None:
        """Count a connection no longer."""
        self._open.discard(connection)
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def close_overdue(self, now: float) -> None:
        """End overdue connections, by the event loop's clock."""
        for connection in [each for each in self._open if each.deadline <= now or each.write_deadline <= now]:
            connection.end_overdue(now)

    async def sweep(self) -> None:
        """End overdue connections, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.close_overdue(loop.time())

    def _is_proxy(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self._proxies)
        except ValueError:  # a socket without an address
            return False


_UPLOAD = re.compile(rb"/api/[^/?]+/import/[^/?]+(\?.*)?")
"""The path of file uploads."""


class _Refused(Exception):
    """Raised inside the parser, which stops."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, within bounds."""

    def __init__(self, open_connections: OpenConnections, **of_uvicorn: Any) -> None:
        """Be one of the open connections; uvicorn passes the rest."""
        super().__init__(**of_uvicorn)
        self._open = open_connections
        self._bounds = open_connections.bounds
        self._address = ""
        self._head_bytes = 0
        self._body_bytes = 0
        self._most_body_bytes = self._bounds.body_bytes
        self._receiving: Literal["nothing", "head", "body"] = "nothing"
        self._refusal = HTTPStatus.BAD_REQUEST
        self._is_last = False
        self.deadline = math.inf
        """The deadline for the client to send what is awaited."""
        self.write_deadline = math.inf
        """The deadline for the client to read what waits for it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Count the connection; refuse it if there are too many."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.deadline = self.loop.time() + self._bounds.head_seconds
        if not self._open.admit(self, self._address):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting the connection."""
        self._open.discard(self, self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, unless the head of the request is too long."""
        if self.transport.is_closing():
            return
        if self._receiving != "body":
            self._head_bytes += len(data)
        super().data_received(data)
        if self._receiving == "head" and self._head_bytes > self._bounds.head_bytes and not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Start the timeout of a request."""
        super().on_message_begin()
        self._receiving = "head"
        self._body_bytes = 0
        self.deadline = self.loop.time() + self._bounds.head_seconds

    def on_headers_complete(self) -> None:
        """Start the timeout of its body; raise _Refused if the head is too long, or too many requests wait."""
        if self._head_bytes > self._bounds.head_bytes and self._exact_head_bytes() > self._bounds.head_bytes:
            self._stop_parsing(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if len(self.pipeline) >= self._bounds.pipelined:
            self._stop_parsing(HTTPStatus.TOO_MANY_REQUESTS)
        self._receiving = "body"
        is_upload = self.parser.get_method() == b"POST" and _UPLOAD.fullmatch(self.url) is not None
        self._most_body_bytes = self._bounds.upload_bytes if is_upload else self._bounds.body_bytes
        self.deadline = self.loop.time() + (self._bounds.upload_seconds if is_upload else self._bounds.body_seconds)
        super().on_headers_complete()
        self._is_last = not self.cycle.keep_alive
        self.cycle.keep_alive = True  # closed here, once its body is complete: else an early answer would be lost

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; raise _Refused if it is too long."""
        self._body_bytes += len(body)
        if self._body_bytes > self._most_body_bytes:
            self._stop_parsing(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the timeout: the application may take as long as it needs."""
        self._receiving = "nothing"
        self._head_bytes = 0
        self.deadline = math.inf
        super().on_message_complete()
        self._await_next_request()

    def on_response_complete(self) -> None:
        """Start the timeout of the next request, or of the rest of this one."""
        super().on_response_complete()
        self._await_next_request()

    def pause_writing(self) -> None:
        """Start the timeout in which the client must read."""
        super().pause_writing()
        self.write_deadline = self.loop.time() + self._bounds.write_seconds

    def resume_writing(self) -> None:
        """Stop that timeout."""
        super().resume_writing()
        self.write_deadline = math.inf

    def send_400_response(self, msg: str) -> None:
        """Respond that the parser has stopped, and close."""
        del msg
        self._refuse(self._refusal)

    def end_overdue(self, now: float) -> None:
        """Answer 408 if a request is incomplete, and close; cut a connection that is closed already."""
        if self.transport.is_closing() or self.write_deadline <= now:
            self.transport.abort()
            return
        if self._receiving == "nothing":
            self.transport.close()
            self.deadline = now + LINGER_SECONDS
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _await_next_request(self) -> None:
        """If everything is answered, start the timeout of the next request, or close after the last one.

        Bytes between requests do not extend the timeout.
        """
        if self._receiving == "nothing" and self.cycle.response_complete:
            self.deadline = self.loop.time() + self.timeout_keep_alive + self._bounds.head_seconds
            if self._is_last:
                self.transport.close()

    def _exact_head_bytes(self) -> int:
        """Return the number of bytes of the head alone, without a part of the body that arrived with it."""
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _stop_parsing(self, status: HTTPStatus) -> None:
        self._refusal = status
        raise _Refused

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer in place of the application if this request is next and has no response yet; close."""
        self.deadline = self.loop.time() + LINGER_SECONDS
        if self._receiving == "body":
            is_next = not self.pipeline and not self.cycle.response_started
        else:
            is_next = self.cycle is None or self.cycle.response_complete
        if is_next:
            request_id = self._request_id()
            log.info("request refused", status=status.value, request_id=request_id.decode())
            count_refusal(str(status.value))
            self.transport.write(_refusal_bytes(status, request_id))
        self.transport.close()

    def _request_id(self) -> bytes:
        """Return the id that the client chose for the request, if its headers are known, or a new one."""
        chosen = chosen_id(self.headers) if self._receiving == "body" else None
        return chosen or secrets.token_hex(16).encode()


def _refusal_bytes(status: HTTPStatus, request_id: bytes) -> bytes:
    body = f'{{"code": {status.value}, "message": "{status.phrase}: {_CURES[status]}"}}'.encode()
    retry = b"Retry-After: 5\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else b""
    return b"".join(
        [
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: {len(body)}\r\n".encode(),
            b"Content-Type: application/json\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n",
            b"X-Request-ID: " + request_id + b"\r\n",
            retry,
            b"Connection: close\r\n\r\n",
            body,
        ]
    )


_CURES = {
    HTTPStatus.BAD_REQUEST: "this is not an HTTP/1.1 request",
    HTTPStatus.REQUEST_TIMEOUT: "send the whole request without a pause",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "send a shorter body",
    HTTPStatus.TOO_MANY_REQUESTS: "wait for answers before you send more requests on a connection",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "send fewer or shorter headers",
    HTTPStatus.SERVICE_UNAVAILABLE: "there are too many connections: use fewer, and try again",
}
