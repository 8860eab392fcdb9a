"""Cursors of lists that page by key, as text, which clients send back from a response."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

MAX_SCROLL_LENGTH = 300

KeyTypes: TypeAlias = tuple[type[datetime] | type[str] | type[int], ...]
"""The types of the columns by which a list is ordered."""

BY_DATE: KeyTypes = (datetime, str)
"""Ordered by a date, then by an id."""


def write_fields(fields: Mapping[str, Any]) -> str:
    """Return a cursor as text, which `read_fields` reads."""
    return base64.b64encode(json.dumps(fields).encode(), altchars=b"-_").decode()


def read_fields(text: str) -> Any:
    """Return the fields of a cursor's text; raise ValueError."""
    try:
        return json.loads(base64.b64decode(text[:MAX_SCROLL_LENGTH], altchars=b"-_", validate=True))
    except (binascii.Error, RecursionError) as error:
        raise ValueError(text) from error


def write_key(key: Sequence[Any]) -> str:
    """Return a key as text, which `read_key` reads."""
    return write_fields({"key": [each.isoformat() if isinstance(each, datetime) else each for each in key]})


def read_key(text: str, types: KeyTypes) -> tuple[Any, ...]:
    """Return the key of a text; raise ValueError for one of other types."""
    read = read_fields(text)
    parts = read.get("key") if isinstance(read, dict) else None
    if not isinstance(parts, list) or len(parts) != len(types):
        raise ValueError(text)
    return tuple(_part(value, kind) for value, kind in zip(parts, types, strict=True))


def _part(value: Any, kind: type) -> Any:
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
            raise ValueError(value)
        return value
    if not isinstance(value, str) or "\0" in value or not value.isprintable():
        raise ValueError(value)
    if kind is str:
        return value
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(value)
    return at.astimezone(UTC)
