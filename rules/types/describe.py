"""Describes types in words, for messages."""

from typing import assert_never

from rules import exact
from rules.types import ranges
from rules.types.model import (
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
    options,
)
from rules.types.ranges import EVERYWHERE


def described(of: Type) -> str:
    """Describe a type: "a number", "text or null"."""
    match of:
        case AnyType():
            return "anything"
        case NullType() | AbsentType():
            return "null"
        case BooleanType():
            return "true or false"
        case NumberType():
            return "a number"
        case TextType():
            return "text"
        case InstantType():
            return "a date"
        case ArrayType():
            return "an array"
        case RecordType():
            return "an object"
        case UnionType():
            return " or ".join(dict.fromkeys(map(described, of.options))) or "nothing"
        case _:
            assert_never(of)


def domain(of: Type) -> str:
    """Describe the possible values of a type: "0 or more", "web or store", "missing"."""
    return " or ".join(dict.fromkeys(_domain(option) for option in options(of)))


def _domain(of: Type) -> str:
    match of:
        case NullType() | AbsentType():
            return "missing"
        case BooleanType() if of.value is not None:
            return str(of.value).lower()
        case NumberType() | TextType() if of.values is not None:
            listed = [exact.dumps(value) for value in of.values[:_MOST_LISTED]]
            return " or ".join([*listed, "others"] if len(of.values) > _MOST_LISTED else listed)
        case NumberType() if of.within != EVERYWHERE:
            return ranges.described(of.within)
        case NumberType() if not of.zero:
            return "a number other than 0"
        case ArrayType() if of.least:
            return "a non-empty array" if of.least == 1 else f"an array of at least {of.least}"
        case ArrayType() if of.element == NEVER:
            return "an empty array"
        case _:
            return described(of)


_MOST_LISTED = 4
