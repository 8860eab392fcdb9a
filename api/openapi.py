"""The API's description of itself, at `/openapi.json` and `/docs`."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from api.requests import TAKEN

DESCRIPTION = """
Report events; Laurel's reactors answer them with points, achievements, badges, rewards and webhooks.

**Log in** with `POST /api/admin/login_check` and send `Authorization: Bearer TOKEN`, or make an API key and
send it as `Authorization: KEY` or `X-AUTH-TOKEN: KEY`.

**Stores** are separate: each has its members, its events, its subscriptions and its program, and its code is
part of every path. One server serves all of them; the examples use the store `DEFAULT`.

**Numbers** are exact: what you send as 0.1 is 0.1. **Dates** are ISO 8601; one without an offset is on the
store's clock. **Errors** are `{code, message, errors: [{message, code, path}]}`.
"""

_SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "key": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "xAuthToken": {"type": "apiKey", "in": "header", "name": "X-AUTH-TOKEN"},
}

_PROBLEM = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "code", "path"],
                "properties": {name: {"type": "string"} for name in ("message", "code", "path")},
            },
        },
    },
}

_REFUSALS = {
    "400": "Something in the request is wrong; `errors` says what and where.",
    "401": "Nobody we know is asking.",
    "403": "It is not yours.",
    "404": "There is no such thing.",
    "413": "The body is too large.",
    "429": "Too many attempts to log in.",
}
_UNAVAILABLE = "The database does not answer; try again after `Retry-After` seconds."


def describe(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Let an app describe itself: its routes in this order, the bodies they read, who may ask, what is refused."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _openapi(app, routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it


def _openapi(app: FastAPI, routes: Sequence[BaseRoute]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=routes,
        servers=[{"url": "/", "description": "This server, for every store: its code is part of the path"}],
    )
    components = document.setdefault("components", {})
    bodies = sorted(TAKEN, key=lambda model: model.__name__)
    _, taken = models_json_schema(
        [(model, "validation") for model in bodies], ref_template="#/components/schemas/{model}"
    )
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= taken["$defs"] | {"Problem": _PROBLEM}
    components["securitySchemes"] = _SECURITY_SCHEMES
    document["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    for path in document["paths"].values():
        for operation in path.values():
            _refuse(operation)
    return document


def _refuse(operation: dict[str, Any]) -> None:
    """What every operation may be refused with."""
    responses = operation["responses"]
    responses.pop("422", None)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in _REFUSALS.items():
        responses[status] = {"description": description, "content": content}
    responses["503"] = {"description": _UNAVAILABLE}
