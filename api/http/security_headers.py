"""Security headers of every response for browsers and caches."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),  # tokens and members' data
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""The headers of a response unless its route sets others."""


class AddSecurityHeaders:
    """ASGI middleware that adds `HEADERS` to every response without them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                has = {name for name, _ in headers}
                message["headers"] = [*headers, *(each for each in HEADERS if each[0] not in has)]
            await send(message)

        await self._app(scope, receive, send_with_headers)
