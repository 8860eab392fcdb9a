"""Calls of the API's endpoints by pages, in this process: under the API's own rule, with the page's caller.

So a page can do nothing that its administrator could not do by the API, and uses the same code.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias, get_type_hints
from urllib.parse import urlencode

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

import rules
from api.app import ROUTERS
from api.authentication.rules import Rule, authorize
from api.http.errors import Forbidden
from api.route_rules import RULES

Endpoint: TypeAlias = Callable[..., Any]


@cache
def rule_of(endpoint: Endpoint) -> Rule:
    """Return the API's rule of an endpoint."""
    rules_of_endpoints = _rules_of_endpoints()
    return rules_of_endpoints[endpoint]


@cache
def _rules_of_endpoints() -> Mapping[Endpoint, Rule]:
    return {
        route.endpoint: RULES[method, route.path]
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


def may_call(endpoint: Endpoint, caller: Any, store: str | None) -> bool:
    """Return whether a caller may call an endpoint."""
    try:
        authorize(rule_of(endpoint), caller, store)
    except Forbidden:
        return False
    return True


async def call(
    endpoint: Endpoint,
    request: Request,
    injected: Mapping[Any, Any],
    *,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
    path: Mapping[str, Any],
) -> Any:
    """Return the content of an endpoint's response, None if it has none; raise what the endpoint raises.

    `injected` has a value for each type that endpoints take beside their paths; `query` None: that of the page.
    """
    response = await respond(endpoint, {**injected, Request: _as_api_request(request, body, query)}, path)
    if not response.body or not response.headers.get("content-type", "").startswith("application/json"):
        return None
    return rules.exact.loads(bytes(response.body))


async def respond(endpoint: Endpoint, injected: Mapping[Any, Any], path: Mapping[str, Any]) -> Response:
    """Return the response of an endpoint. Raise what it raises."""
    arguments = {name: injected[kind] for name, kind in _parameters(endpoint) if kind in injected}
    response = await endpoint(**arguments, **path)
    assert isinstance(response, Response), "endpoints of the API answer with a response"
    return response


@cache
def _parameters(endpoint: Endpoint) -> tuple[tuple[str, Any], ...]:
    return tuple((name, kind) for name, kind in get_type_hints(endpoint).items() if name != "return")


def _as_api_request(request: Request, body: Mapping[str, Any] | None, query: Mapping[str, str] | None) -> Request:
    """Return the request of a page as the API reads it: with a JSON body in place of its form."""
    content = b"" if body is None else _dumped(body)
    headers = [(name, value) for name, value in request.scope["headers"] if name not in _OF_BODY]
    headers += [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    scope = {**request.scope, "headers": headers}
    if query is not None:
        scope["query_string"] = urlencode(query).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return Request(scope, receive)


def _dumped(body: Mapping[str, Any]) -> bytes:
    try:
        return str(rules.exact.dumps(dict(body))).encode()
    except UnicodeEncodeError:
        return json.dumps(body).encode()


_OF_BODY = frozenset({b"content-type", b"content-length", b"transfer-encoding"})
