"""Types in words."""

from typing import assert_never

from rules import exact
from rules.types import ranges
from rules.types.kinds import (
    NEVER,
    Absent,
    Anything,
    Array,
    Boolean,
    Instant,
    Null,
    Number,
    OneOf,
    Record,
    Text,
    Type,
    options,
)
from rules.types.ranges import EVERYWHERE


def described(of: Type) -> str:
    """The type in words: "a number", "text or null"."""
    match of:
        case Anything():
            return "anything"
        case Null() | Absent():
            return "null"
        case Boolean():
            return "true or false"
        case Number():
            return "a number"
        case Text():
            return "text"
        case Instant():
            return "a date"
        case Array():
            return "an array"
        case Record():
            return "an object"
        case OneOf():
            return " or ".join(dict.fromkeys(map(described, of.options))) or "nothing"
        case _:
            assert_never(of)


def domain(of: Type) -> str:
    """What is known of the values of a type, in words: "0 or more", "web or store", "never there"."""
    return " or ".join(dict.fromkeys(_domain(option) for option in options(of)))


def _domain(of: Type) -> str:
    match of:
        case Null() | Absent():
            return "not there"
        case Boolean() if of.value is not None:
            return str(of.value).lower()
        case Number() | Text() if of.values is not None:
            listed = [exact.dumps(value) for value in of.values[:_MOST_LISTED]]
            return " or ".join([*listed, "others"] if len(of.values) > _MOST_LISTED else listed)
        case Number() if of.within != EVERYWHERE:
            return ranges.described(of.within)
        case Number() if not of.zero:
            return "a number other than 0"
        case Array() if of.least:
            return "an array of at least one" if of.least == 1 else f"an array of at least {of.least}"
        case Array() if of.element == NEVER:
            return "an empty array"
        case _:
            return described(of)


_MOST_LISTED = 4
