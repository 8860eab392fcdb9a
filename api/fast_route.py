"""A route for what is called with every event: FastAPI describes it, and stands in its way no further."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Endpoint: TypeAlias = Callable[[Request, str], Awaitable[Response]]


class DirectRoute(APIRoute):
    """A route whose endpoint is called with the request and the store's code as the path has it, and nothing more.

    What FastAPI does for other endpoints, solving dependencies first of all, costs more than accepting an event.
    """

    def __init__(self, path: str, endpoint: Endpoint, **description: Any) -> None:
        super().__init__(path, endpoint, **description)
        self.app = _calling(endpoint)


def _calling(endpoint: Endpoint) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        response = await endpoint(Request(scope, receive, send), scope["path_params"]["storeCode"])
        await response(scope, receive, send)

    return call
