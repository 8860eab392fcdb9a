"""The body of an event type: a JSON Schema of draft 2020-12, with the keywords that Laurel knows."""

from typing import Any, Final, assert_never

from program_files.schemas.keywords import DRAFT, FORMATS, KEYWORDS, TYPES, KeywordValue
from workbench.editor.parts import Schema, described, listed, referred

_SCHEMA: Final = referred("schema")
_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT, "uniqueItems": True}
_TYPE: Final[Schema] = {"type": "string", "enum": list(TYPES)}


def body() -> dict[str, Any]:
    """Return a schema that accepts objects, as a body is one."""
    kinds = {"anyOf": [{"const": "object"}, {"type": "array", "contains": {"const": "object"}}]}
    objects = {"properties": {"type": {**kinds, "errorMessage": "A body is an object: its type must be object."}}}
    return {"type": "object", "allOf": [_SCHEMA, objects]}


def schema() -> Schema:
    """Return a JSON Schema of any value."""
    return _SCHEMA


def definitions() -> dict[str, Schema]:
    """Return the definition of a JSON Schema, to which `body` refers."""
    keywords = {keyword.name: described(keyword.description, _value(keyword.value)) for keyword in KEYWORDS.values()}
    return {"schema": {"type": ["object", "boolean"], "properties": keywords, "additionalProperties": False}}


def _value(value: KeywordValue) -> Schema:  # noqa: C901 - one case for each type of value
    """Return the schema of the value of a keyword."""
    match value:
        case "schema":
            return _SCHEMA
        case "schemas":
            return listed(_SCHEMA, least=1)
        case "named schemas":
            return {"type": "object", "additionalProperties": _SCHEMA}
        case "anything":
            return {}
        case "count":
            return {"type": "integer", "minimum": 0}
        case "draft":
            return {"const": DRAFT}
        case "flag":
            return {"type": "boolean"}
        case "format":
            return {"type": "string", "enum": list(FORMATS)}
        case "list":
            return {"type": "array"}
        case "number":
            return {"type": "number"}
        case "number above 0":
            return {"type": "number", "exclusiveMinimum": 0}
        case "reference":
            return {"type": "string", "pattern": "^#/"}
        case "text":
            return _TEXT
        case "texts":
            return _TEXTS
        case "texts by name":
            return {"type": "object", "additionalProperties": _TEXTS}
        case "types":
            return {"anyOf": [_TYPE, {"type": "array", "items": _TYPE, "minItems": 1, "uniqueItems": True}]}
        case _:
            assert_never(value)
