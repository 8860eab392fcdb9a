"""The header Idempotency-Key: which keys are valid, and when two requests have the same content."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from fastapi import Header
from pydantic import BaseModel
from starlette.requests import Request

import rules
from api.http.errors import BadInput

MAX_KEY_LENGTH = 255
NAME = "Idempotency-Key"

_DESCRIPTION = (
    "Makes the request safe to repeat: for 30 days the same key with the same content gets the first answer again, and"
    " changes nothing more. Choose a random key, such as a UUID, for each change. A refused request keeps no key."
)

KeyHeader: TypeAlias = Annotated[str | None, Header(alias=NAME, description=_DESCRIPTION)]
"""The header as FastAPI reads and documents it."""


def parse_key(header: str) -> str:
    """Return the key of a header, with or without the quotes of the IETF's draft; raise BadInput."""
    text = header.strip()
    key = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not 0 < len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        message = f"a key is 1 to {MAX_KEY_LENGTH} printable ASCII characters: send a UUID"
        raise BadInput.at(NAME, message, "invalidIdempotencyKey")
    return key


def fingerprint(request: Request, content: BaseModel | Mapping[str, Any] | None) -> str:
    """Return a hash of a request's path and content, without secrets: a fast hash of a password would reveal it."""
    whole = [dict(sorted(request.path_params.items())), _comparable(content)]
    return hashlib.sha256(rules.exact.dumps(whole).encode()).hexdigest()


def _comparable(value: Any) -> Any:
    """Return the value with sorted keys in every object, without the fields of models that are not shown."""
    match value:
        case BaseModel():
            shown = [name for name, field in type(value).model_fields.items() if field.repr]
            return {name: _comparable(getattr(value, name)) for name in sorted(shown)}
        case Mapping():
            return {key: _comparable(value[key]) for key in sorted(value)}
        case list():
            return [_comparable(element) for element in value]
        case _:
            return value
