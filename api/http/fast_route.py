"""A route without FastAPI's dependency injection, for the request that comes with every event."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Endpoint: TypeAlias = Callable[[Request, str], Awaitable[Response]]


class FastRoute(APIRoute):
    """A route that calls its endpoint with the request and the store's code from the path, and nothing else.

    FastAPI describes it as any other. Solving its dependencies would cost more than accepting an event does.
    """

    def __init__(self, path: str, endpoint: Endpoint, **description: Any) -> None:
        super().__init__(path, endpoint, **description)
        self.app = _asgi_app(endpoint)


def _asgi_app(endpoint: Endpoint) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await endpoint(Request(scope, receive, send), scope["path_params"]["storeCode"])
        await response(scope, receive, send)

    return app
