"""Files of events/: a name, and a JSON Schema of draft 2020-12 with the bounds that Laurel sets to one."""

from collections.abc import Mapping
from typing import Any, Final

from program_files.schemas.reading import DRAFT, FORMATS, TYPES
from program_files.schemas.references import LISTED_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA
from workbench.editor import parts
from workbench.editor.parts import Schema, listed, record, referred, told
from workbench.editor.vocabulary import Vocabulary

SCHEMA: Final = referred("schema")
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_NUMBER: Final[Schema] = {"type": "number"}
_TEXT: Final[Schema] = {"type": "string"}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT, "uniqueItems": True}
_ANYTHING: Final[Schema] = {}
_TYPE: Final[Schema] = {"type": "string", "enum": list(TYPES)}
_PLAIN: Final[Mapping[str, tuple[Schema, str]]] = {
    "type": ({"anyOf": [_TYPE, {"type": "array", "items": _TYPE, "minItems": 1, "uniqueItems": True}]}, "Its kind."),
    "enum": ({"type": "array"}, "The values that it can have. Rules are checked against them."),
    "const": (_ANYTHING, "The only value that it can have."),
    "title": (_TEXT, "Its name, for people."),
    "description": (_TEXT, "What it means."),
    "default": (_ANYTHING, "What it usually is. Nothing is filled in."),
    "examples": ({"type": "array"}, "Values that it could have."),
    "deprecated": (parts.FLAG, "Whether it should no longer be sent."),
    "readOnly": (parts.FLAG, "Whether only the sender decides it."),
    "writeOnly": (parts.FLAG, "Whether it is never shown."),
    "minimum": (_NUMBER, "The least number, itself allowed."),
    "maximum": (_NUMBER, "The greatest number, itself allowed."),
    "exclusiveMinimum": (_NUMBER, "Numbers are above this."),
    "exclusiveMaximum": (_NUMBER, "Numbers are below this."),
    "multipleOf": ({"type": "number", "exclusiveMinimum": 0}, "Numbers are a multiple of this."),
    "minLength": (_COUNT, "The fewest characters."),
    "maxLength": (_COUNT, "The most characters."),
    "pattern": (_TEXT, "A regular expression, without look-arounds and back-references."),
    "format": ({"type": "string", "enum": list(FORMATS)}, "What a text is. A body that is none is refused."),
    "contentEncoding": (_TEXT, "How a text is encoded."),
    "contentMediaType": (_TEXT, "The media type of a text."),
    "required": (_TEXTS, "The fields that are always there. Rules may read them without a guard."),
    "dependentRequired": ({"type": "object", "additionalProperties": _TEXTS}, "Fields that need others beside them."),
    "minProperties": (_COUNT, "The fewest fields."),
    "maxProperties": (_COUNT, "The most fields."),
    "minItems": (_COUNT, "The fewest items."),
    "maxItems": (_COUNT, "The most items."),
    "uniqueItems": (parts.FLAG, "Whether no two items are equal."),
    "minContains": (_COUNT, "The fewest items that fit `contains`."),
    "maxContains": (_COUNT, "The most items that fit `contains`."),
    "$ref": ({"type": "string", "pattern": "^#/"}, "Another schema of this body, as in `#/$defs/item`."),
    "$schema": ({"const": DRAFT}, "The draft, which is always this one."),
    "$comment": (_TEXT, "A note."),
}
_SCHEMAS: Final[Mapping[str, str]] = {
    "properties": "The fields, each with its schema. What is not here, rules cannot read.",
    "additionalProperties": "The schema of all other fields; false: there are none.",
    "patternProperties": "Fields whose names fit a pattern.",
    "propertyNames": "The schema of the fields' names.",
    "unevaluatedProperties": "The schema of fields that nothing else told of.",
    "dependentSchemas": "Schemas that hold where a field is there.",
    "items": "The schema of each item.",
    "prefixItems": "The schemas of the first items, one by one.",
    "unevaluatedItems": "The schema of items that nothing else told of.",
    "contains": "A schema that an item must fit.",
    "allOf": "All of these hold.",
    "anyOf": "One of these holds, or several.",
    "oneOf": "Exactly one of these holds.",
    "not": "This does not hold.",
    "if": "Where this holds, so does `then`; where not, `else`.",
    "then": "What holds where `if` does.",
    "else": "What holds where `if` does not.",
    "contentSchema": "The schema of what a text encodes.",
    "$defs": "Schemas with names, to refer to.",
    "definitions": "Schemas with names, as older drafts write `$defs`.",
}


def event(vocabulary: Vocabulary) -> Schema:
    """What can happen, and what its events carry."""
    name = {
        **parts.NAMED,
        "not": {"enum": sorted(vocabulary.built_in)},
        "errorMessage": "This event type is one of Laurel's own: give yours another name.",
    }
    keys = {
        "event": told("Its name, in `on` and in the API.", name),
        "title": told("What happened, for people.", parts.TEXT),
        "body": told("What its events carry: a JSON Schema. A body that does not fit is refused.", _body()),
    }
    return record(keys, required=["event"])


def definitions() -> dict[str, Schema]:
    """What `SCHEMA` refers to."""
    plain = {keyword: told(does, schema) for keyword, (schema, does) in _PLAIN.items()}
    held = {keyword: told(does, _holding(keyword)) for keyword, does in _SCHEMAS.items()}
    return {"schema": {"type": ["object", "boolean"], "properties": plain | held, "additionalProperties": False}}


def _holding(keyword: str) -> Schema:
    """What a keyword holds whose value is a schema, a list of them, or a map."""
    if keyword in ONE_SCHEMA:
        return SCHEMA
    if keyword in LISTED_SCHEMAS:
        return listed(SCHEMA, least=1)
    assert keyword in NAMED_SCHEMAS, keyword
    return {"type": "object", "additionalProperties": SCHEMA}


def _body() -> dict[str, Any]:
    """A schema that lets objects pass: a body is one."""
    kinds = {"anyOf": [{"const": "object"}, {"type": "array", "contains": {"const": "object"}}]}
    objects = {"properties": {"type": {**kinds, "errorMessage": "A body is an object: its type must be object."}}}
    return {"type": "object", "allOf": [SCHEMA, objects]}
