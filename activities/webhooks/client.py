"""The HTTP client for webhooks: one POST with one deadline."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import TracebackType
from typing import Self

import httpcore2

from activities.webhooks.address_guard import GuardedNetwork
from loyalty.webhooks.addresses import Network
from loyalty.webhooks.retries import is_gone, is_success, read_retry_after
from loyalty.webhooks.urls import parse_url

TIMEOUT = timedelta(seconds=15)

_KEPT_CHARACTERS = 500
_BODY_SECONDS = 1.0  # part of the deadline of the request
_IDLE_SECONDS = 4.0  # below the 5 s after which common servers close
_IDLE_CONNECTIONS = 100
_OWN_HEADERS = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
}
_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    ValueError,  # an invalid URL or header
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one POST. `error` is one line; None if and only if the webhook was delivered."""

    delivered: bool
    status: int | None
    latency_ms: int
    answer: str
    error: str | None
    retry_after: timedelta | None
    gone: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    start: str
    retry_after: timedelta | None


class WebhookClient:
    """Posts webhooks to permitted addresses and keeps connections open. One per process, closed at its end."""

    def __init__(self, allow: tuple[Network, ...] = (), *, tls: ssl.SSLContext | None = None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls or httpcore2.default_ssl_context(),
            max_connections=None,  # activities bound it; a bound here would let dead endpoints block others
            max_keepalive_connections=_IDLE_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedNetwork(allow),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        timeout: timedelta = TIMEOUT,  # noqa: ASYNC109  (to end in an Attempt, not in an exception)
    ) -> Attempt:
        """Send a webhook; return an Attempt, with the error of a failure.

        Nothing that the receiver does raises an exception.
        """
        began = monotonic()
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                answer: _Answer | str = await self._exchange(url, headers, body)
        except TimeoutError:
            answer = f"no answer within {timeout.total_seconds():g} s"
        except _FAILURES as error:
            answer = _one_line(error)
        latency_ms = round((monotonic() - began) * 1000)
        match answer:
            case str() as error_line:
                return Attempt(False, None, latency_ms, "", error_line, None, gone=False)
            case _Answer(status, start, retry_after):
                delivered = is_success(status)
                why = None if delivered else _why_failed(status)
                return Attempt(delivered, status, latency_ms, start, why, retry_after, is_gone(status))

    async def _exchange(self, url: str, headers: Mapping[str, str], body: bytes) -> _Answer:
        target = parse_url(url)
        async with self._pool.stream(
            "POST",
            httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.target),
            headers=[(b"host", target.host_header.encode()), *_encoded(headers)],
            content=body,
        ) as response:
            start = await _start_of(response)
            asked = next((value for name, value in response.headers if name.lower() == b"retry-after"), None)
        retry_after = read_retry_after(None if asked is None else asked.decode("latin-1"), now=datetime.now(UTC))
        return _Answer(response.status, _text(start), retry_after)


async def _start_of(response: httpcore2.Response) -> bytearray:
    """Return the start of a body, or what arrives in time: the status decides, so a slow body fails no delivery."""
    start = bytearray()
    with suppress(TimeoutError, httpcore2.NetworkError, httpcore2.ProtocolError):
        async with asyncio.timeout(_BODY_SECONDS), aclosing(response.aiter_stream()) as parts:
            async for part in parts:
                start += part
    return start


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as bytes, with Laurel's user agent; raise ValueError for those that the client sets itself."""
    named = {"user-agent": "Laurel"} | {name.lower(): value for name, value in headers.items()}
    ours = sorted(_OWN_HEADERS & named.keys())
    if ours:
        raise ValueError(f"the header {ours[0]} is set by Laurel itself: take it out of the subscription")
    try:
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in named.items()]
    except UnicodeEncodeError as error:
        raise ValueError(f"a header holds a character that HTTP cannot send, at {error.start}") from None


def _text(start: bytearray) -> str:
    """Return the first characters of a response; NUL is replaced, since PostgreSQL cannot store it."""
    return start.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")[:_KEPT_CHARACTERS]


def _why_failed(status: int) -> str:
    if is_gone(status):
        return f"answered {status}: the endpoint wants no more webhooks"
    if 300 <= status < 400:
        return f"answered {status}: redirects are not followed, subscribe with the URL it leads to"
    return f"answered {status}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:_KEPT_CHARACTERS] or type(error).__name__
