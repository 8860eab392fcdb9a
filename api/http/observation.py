"""Observation of every request: its id, which the response and the log have, too, its duration, and its status."""

import re
import secrets
from collections.abc import Iterable
from functools import cache
from time import perf_counter

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry.logs import bind_to_log
from telemetry.metrics import HTTP_IN_PROGRESS, HTTP_SECONDS
from telemetry.tracing import request_span, trace_id

REQUEST_ID = b"x-request-id"

NO_ROUTE = "(none)"
"""The route of a path that the API does not have."""

CLIENT_LEFT = 499
"""The status of a request whose client left before the response; known from nginx."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class ObserveRequests:
    """ASGI middleware that gives every request an id, and measures it.

    A client may choose the id by `X-Request-ID`: 1 to 128 letters, digits, `.`, `_` and `-`; any other is replaced.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = chosen_id(scope["headers"]) or secrets.token_hex(16).encode()
        bind_to_log(request_id=request_id.decode())
        method = scope["method"] if scope["method"] in _METHODS else "(other)"
        status = CLIENT_LEFT

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (REQUEST_ID, request_id)]
            await send(message)

        HTTP_IN_PROGRESS.inc()
        began = perf_counter()
        with request_span(method, scope["headers"]) as span:
            if (trace := trace_id()) is not None:
                bind_to_log(trace_id=trace)
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                HTTP_IN_PROGRESS.dec()
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                _seconds(method, route, status).observe(perf_counter() - began)
                span.end(method, route, status)


def chosen_id(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """Return the id that a client chose for its request; None: it chose none, or an invalid one."""
    for name, value in headers:
        if name == REQUEST_ID:
            return value if _SANE.fullmatch(value) else None
    return None


@cache
def _seconds(method: str, route: str, status: int) -> Histogram:
    return HTTP_SECONDS.labels(method, route, str(status))
