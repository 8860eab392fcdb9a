"""Pieces of JSON Schemas of draft 7.

What a schema cannot express (that tiers rise, that one wallet is the default) is left to `laurel check`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from program_files.grammar.values import NameValue

Schema: TypeAlias = Mapping[str, Any]

NAMED: Final[Schema] = {
    "type": "string",
    "pattern": f"^{NameValue.pattern}$",
    "patternErrorMessage": "A name is 1 to 64 letters, digits, _ . or -, and begins with a letter or digit.",
}
AT_MOST_ONE: Final[Schema] = {"allOf": [{"maxProperties": 1}]}
"""At most one key, in an `allOf`: beside `properties`, the YAML language server would propose a first key."""


def choice(words: Mapping[str, str]) -> Schema:
    """Return a choice of words, each with its meaning."""
    return {"type": "string", "enum": list(words), "enumDescriptions": list(words.values())}


def one_of_names(names: Mapping[str, str] | None, kind: str) -> Schema:
    """Return a choice of the names in a program, with their titles; any name if `names` is None."""
    if names is None:
        return NAMED
    if not names:
        return {"not": {}, "errorMessage": f"The program has no {kind}."}
    return choice(names)


def listed(items: Schema, *, least: int = 0) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def record(keys: Mapping[str, Schema], *, required: Sequence[str] = ()) -> Schema:
    """Return the schema of a map of known keys."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(keys), "additionalProperties": False, **needed}


def one_key(keys: Mapping[str, Schema]) -> Schema:
    """Return the schema of a map with one of some keys."""
    return {**record(keys), **AT_MOST_ONE, "minProperties": 1}


def referred(definition: str) -> Schema:
    """Return a reference to a definition of the same schema."""
    return {"$ref": f"#/definitions/{definition}"}


def described(description: str, schema: Schema, **more: Any) -> Schema:
    """Return a schema with its documentation."""
    return {"description": description, **_beside(schema), **more}


def not_suggested(schema: Schema) -> Schema:
    """Return a schema for a key that editors already propose from another schema."""
    return {"doNotSuggest": True, **_beside(schema)}


def recursive(schema: Schema) -> Schema:
    """Return a schema for the items of itself, in an `allOf`: language servers follow a bare `items` without end."""
    return {"allOf": [schema]}


def _beside(schema: Schema) -> Schema:
    """Return a schema to which keywords can be added: draft 7 ignores what stands beside a `$ref`."""
    return {"allOf": [schema]} if "$ref" in schema else schema
