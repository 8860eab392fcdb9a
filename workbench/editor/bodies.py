"""Bodies of events in designers' tests, as JSON Schemas.

Made from the types that rules see, as a schema of draft 2020-12 cannot stand in one of draft 7. They are a little
wider: `laurel test` says the rest.
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


def body_of(seen: Type) -> Schema:
    """What fits a type."""
    there = filter_options(seen, lambda option: option != ABSENT)
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
            return {"type": "array", "items": {"allOf": [body_of(of.element)]}}
        case RecordType():
            return _record(of)
        case AnyType() | AbsentType() | InstantType() | UnionType():
            return {}  # an instant is only ever Laurel's own


def _record(of: RecordType) -> dict[str, Any]:
    needed = [name for name, field in of.fields if ABSENT not in options(field)]
    return {
        "type": "object",
        "properties": {name: body_of(field) for name, field in of.fields},
        **({"required": needed} if needed else {}),
        **({} if of.open or of.others is not None or of.prefixed else {"additionalProperties": False}),
    }
