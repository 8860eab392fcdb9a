"""Types of rules as JSON Schemas, for the bodies of events in designers' tests.

They are made from types, as a schema of draft 2020-12 cannot be a part of one of draft 7. They accept a little more
than the event type's own schema, which `laurel test` validates.
"""

from typing import Any

from rules.types import (
    ABSENT,
    NEVER,
    AbsentType,
    AnyType,
    ArrayType,
    BooleanType,
    InstantType,
    NullType,
    NumberType,
    RecordType,
    TextType,
    Type,
    UnionType,
    described,
    filter_options,
    options,
)
from workbench.editor.parts import Schema


def schema_of_type(value: Type) -> Schema:
    """Return the schema of the values of a type."""
    there = filter_options(value, lambda option: option != ABSENT)
    shapes = [_shape(option) for option in options(there)]
    if there == NEVER or {} in shapes:
        return {}
    return {"description": f"{described(there).capitalize()}.", **(shapes[0] if len(shapes) == 1 else _any(shapes))}


def _any(shapes: list[dict[str, Any]]) -> Schema:
    return {"anyOf": shapes}


def _shape(of: Type) -> dict[str, Any]:
    match of:
        case NullType():
            return {"type": "null"}
        case BooleanType():
            return {"type": "boolean"}
        case NumberType():
            return {"type": "number"}
        case TextType():
            return {"type": "string", **({"enum": list(of.values)} if of.values and not of.open else {})}
        case ArrayType():
            return {"type": "array", "items": {"allOf": [schema_of_type(of.element)]}}
        case RecordType():
            return _record(of)
        case AnyType() | AbsentType() | InstantType() | UnionType():
            return {}  # a body holds no instants, but their texts


def _record(of: RecordType) -> dict[str, Any]:
    needed = [name for name, field in of.fields if ABSENT not in options(field)]
    return {
        "type": "object",
        "properties": {name: schema_of_type(field) for name, field in of.fields},
        **({"required": needed} if needed else {}),
        **({} if of.open or of.others is not None or of.prefixed else {"additionalProperties": False}),
    }
