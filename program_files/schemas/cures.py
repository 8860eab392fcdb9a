"""Cures for JSON Schemas in other notations: `required: true`, a type alone, a text for a list."""

from program_files.schemas.keywords import KEYWORDS, NAMED_SCHEMAS, ONE_SCHEMA, TYPES
from program_files.text.nodes import Node
from rules import JsonPath


def names_a_type(value: object) -> bool:
    """Return whether a value is the name of a type, which stands where a schema is needed."""
    return isinstance(value, str) and value in TYPES


def schema_cure(schema: Node, path: JsonPath, message: str) -> tuple[str, str | None]:
    """Return the message about a wrong part of a schema, with its cure, and a suggestion if there is one."""
    value = _at(schema.plain(), path)
    keyword = path[-1] if path else ""
    if (len(path) > 1 and path[-2] in NAMED_SCHEMAS) or keyword in ONE_SCHEMA:
        if names_a_type(value):
            return message, f"{{type: {value}}}"
        if keyword == "items" and isinstance(value, list):
            return "items is one schema for every item; prefixItems lists those of the first ones", None
    known = KEYWORDS.get(str(keyword))
    if known is None:
        return message, None
    if known.value in ("texts", "list") and isinstance(value, str):
        return f"{keyword} is a list", f"[{value}]" if value.isidentifier() else None
    if keyword == "required" and isinstance(value, bool):
        return "required is a list of fields, and stands beside properties", None
    return message, None


def _at(value: object, path: JsonPath) -> object:
    for step in path:
        value = value[step] if isinstance(value, dict | list) else None  # type: ignore[index] # a path of the schema
    return value
