"""The OpenAPI document, at `/openapi.json` and `/docs`."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from api.http.requests import BODY_MODELS, SharedModelName

DESCRIPTION = """
Report events; Laurel's reactors answer them with points, achievements, badges, rewards and webhooks.

**Log in** with `POST /api/admin/login_check` and send `Authorization: Bearer TOKEN`, or make an API key and
send it as `Authorization: KEY` or `X-AUTH-TOKEN: KEY`.

**Stores** are separate: each has its members, its events, its subscriptions and its program, and its code is
part of every path. One server serves all of them; the examples use the store `DEFAULT`.

**Numbers** are exact: what you send as 0.1 is 0.1. **Dates** are ISO 8601; one without an offset is on the
store's clock. **Errors** are `{code, message, errors: [{message, code, path, parameters}]}`.
"""

_SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "key": {"type": "apiKey", "in": "header", "name": "Authorization"},
    "xAuthToken": {"type": "apiKey", "in": "header", "name": "X-AUTH-TOKEN"},
}

_ERROR_BODY = {
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
                "properties": {
                    **{name: {"type": "string"} for name in ("message", "code", "path")},
                    "parameters": {"type": "object"},
                },
            },
        },
    },
}

_ERROR_RESPONSES = {
    "400": "The request is invalid; `errors` says what is wrong and where.",
    "401": "The request is not authenticated, or its token has expired.",
    "403": "The caller may not do this.",
    "404": "The store or the thing does not exist.",
    "408": "The request did not arrive in time.",
    "413": "The body is too large.",
    "429": "Too many attempts to log in, or more requests than the API key may make.",
    "431": "The request line or the header fields are too long.",
}
_UNAVAILABLE = "The database does not answer; try again after `Retry-After` seconds."


def install_openapi(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Let the app describe its routes, in this order, with request bodies, security schemes and error responses."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _openapi(app, routes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents


def _openapi(app: FastAPI, routes: Sequence[BaseRoute]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=DESCRIPTION,
        routes=routes,
        servers=[{"url": "/", "description": "This server, for every store: its code is part of the path"}],
    )
    components = document.setdefault("components", {})
    models = sorted(BODY_MODELS, key=lambda model: model.__name__)
    _, request_schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    requested: dict[str, Any] = request_schemas["$defs"]
    shared = [name for name, schema in requested.items() if schemas.get(name, schema) != schema]
    told_apart = [name for name in (*schemas, *requested) if "__" in name]  # by pydantic, as `api__imports__Item`
    if shared or told_apart:
        raise SharedModelName(f"two models have one name, rename one of each: {', '.join(shared + told_apart)}")
    schemas |= requested | {"Problem": _ERROR_BODY}
    components["securitySchemes"] = _SECURITY_SCHEMES
    document["security"] = [{name: []} for name in _SECURITY_SCHEMES]
    for path in document["paths"].values():
        for operation in path.values():
            _add_error_responses(operation)
    return document


def _add_error_responses(operation: dict[str, Any]) -> None:
    """Add the error responses of every operation."""
    responses = operation["responses"]
    responses.pop("422", None)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in _ERROR_RESPONSES.items():
        responses[status] = {"description": description, "content": content}
    responses["503"] = {"description": _UNAVAILABLE}
