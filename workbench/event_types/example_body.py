"""Generate an example of a body that fits its JSON Schema."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.body_schema import BodySchema

_DEEPEST = 8
_MOST_FIELDS = 200

_TEXTS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:00:00Z",
    "time": "09:00:00Z",
    "email": "ann@example.com",
    "uri": "https://example.com/",
    "uuid": "0190f2a0-0000-7000-8000-000000000000",
}
"""A text of each format that event types use."""


def example_body(schema: BodySchema) -> dict[str, Any]:
    """Return a body with every declared field, or with only the required ones, if that fits; else an empty body."""
    declared = schema.schema
    if isinstance(declared, dict):
        for only_required in (False, True):
            found = _value(declared, 0, only_required=only_required)
            if isinstance(found, dict) and schema.is_valid(found):
                return found
    return {}


def _value(schema: Any, depth: int, *, only_required: bool) -> Any:
    """Return a value that a schema describes; a text for a schema that says nothing."""
    if not isinstance(schema, Mapping):
        return "text"
    for key in ("const", "default"):
        if key in schema:
            return schema[key]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list) and schema[key]:
            return schema[key][0]
    declared = schema.get("type", "object" if "properties" in schema else "string")
    type_ = next(iter(declared), "string") if isinstance(declared, list) else declared
    match type_:
        case "object":
            return _object(schema, depth, only_required=only_required)
        case "array":
            count = min(max(int(schema.get("minItems", 0)), 0 if only_required else 1), 5)
            return [_value(schema.get("items"), depth + 1, only_required=only_required)] * count
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _TEXTS.get(str(schema.get("format")), "text").ljust(int(schema.get("minLength", 0)), "x")


def _object(schema: Mapping[str, Any], depth: int, *, only_required: bool) -> dict[str, Any]:
    fields = schema.get("properties", {})
    if depth >= _DEEPEST or not isinstance(fields, Mapping):
        return {}
    required = schema.get("required", ())
    names = [name for name in fields if not only_required or name in required]
    return {name: _value(fields[name], depth + 1, only_required=only_required) for name in names[:_MOST_FIELDS]}
