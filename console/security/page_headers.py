"""The headers of pages: a Content-Security-Policy with a nonce per request, and the cookies that a request set."""

import secrets
from collections.abc import Iterator

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_NONCE = "laurel.nonce"
_COOKIES = "laurel.cookies"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'nonce-{nonce}'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class AddPageHeaders:
    """ASGI middleware that adds a policy without inline scripts and styles, unless a response has its own.

    The referrer stays within this origin: without any, browsers would send no Origin either.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[_NONCE] = nonce = secrets.token_urlsafe(18)
        scope[_COOKIES] = []

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                has = {name for name, _ in message["headers"]}
                added = [each for each in _headers(nonce) if each[0] not in has]
                message["headers"] = [*message["headers"], *added, *((b"set-cookie", c) for c in scope[_COOKIES])]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _headers(nonce: str) -> Iterator[tuple[bytes, bytes]]:
    yield b"content-security-policy", _POLICY.format(nonce=nonce).encode()
    yield b"referrer-policy", b"same-origin"
    yield b"cross-origin-opener-policy", b"same-origin"


def nonce_of(request: Request) -> str:
    """Return the nonce of a request, for its scripts and styles."""
    return str(request.scope[_NONCE])


def add_cookie(request: Request, name: str, value: str, *, max_age: int, same_site: str = "lax") -> None:
    """Set a cookie with the response to a request; `max_age` 0 removes it. Scripts cannot read it."""
    secure = "; Secure" if request.url.scheme == "https" else ""
    cookie = f"{name}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite={same_site}{secure}"
    request.scope[_COOKIES].append(cookie.encode("latin-1"))
