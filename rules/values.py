"""JSON values as JSON Logic sees them: truth, text, number, equality and order.

All is as json-logic-js has it, but on exact numbers.

A datetime, which JSON has not, is compared with another as an instant, and is its ISO text to everything else.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from rules import numbers
from rules.errors import TooMuchWork
from rules.numbers import Number

Json: TypeAlias = Any

MOST_PIECES = 100_000
"""Elements of nested arrays that one text may be made of."""


class Kind(Enum):
    NULL = "null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    INSTANT = "instant"
    ARRAY = "array"
    OBJECT = "object"


_KINDS: dict[type, Kind] = {
    type(None): Kind.NULL,
    bool: Kind.BOOLEAN,
    int: Kind.NUMBER,
    Decimal: Kind.NUMBER,
    float: Kind.NUMBER,
    str: Kind.TEXT,
    datetime: Kind.INSTANT,
    list: Kind.ARRAY,
    dict: Kind.OBJECT,
}


def kind(value: Json) -> Kind:
    """What a value is; a value of a subclass is what its base is, and anything else an object."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    return next((known for base, known in _KINDS.items() if isinstance(value, base)), Kind.OBJECT)


def truthy(value: Json) -> bool:
    """False for null, false, 0, "" and []; true for everything else, {} included."""
    return bool(value) or isinstance(value, dict)


def text(value: Json) -> str:
    """The value as text: null is "null", an array its elements with commas, an object "[object Object]"."""
    match kind(value):
        case Kind.TEXT:
            return str(value)
        case Kind.NULL:
            return "null"
        case Kind.BOOLEAN:
            return "true" if value else "false"
        case Kind.NUMBER:
            number = numbers.exact(value)
            return "NaN" if number is None else numbers.shown(number)
        case Kind.INSTANT:
            return str(value.isoformat())
        case Kind.ARRAY:
            return ",".join(_pieces(value))
        case Kind.OBJECT:
            return "[object Object]"


def joined(value: Json) -> str:
    """The value as a piece of a longer text, where null is nothing."""
    return "" if value is None else text(value)


def _pieces(array: list[Json]) -> Iterator[str]:
    open_arrays = [iter(array or [None])]
    seen = 0
    while open_arrays:
        for element in open_arrays[-1]:
            seen += 1
            if seen > MOST_PIECES:
                raise TooMuchWork("an array is too large to become text")
            if isinstance(element, list):
                open_arrays.append(iter(element or [None]))
                break
            yield joined(element)
        else:
            open_arrays.pop()


def number(value: Json) -> Number | None:
    """The value as a number, or None where JavaScript has NaN or an infinity."""
    match kind(value):
        case Kind.NUMBER:
            return numbers.exact(value)
        case Kind.NULL:
            return 0
        case Kind.BOOLEAN:
            return int(value)
        case _:
            return numbers.of_text(text(value))


def leading_number(value: Json) -> Number | None:
    """The number the value's text starts with, as `+` and `*` read their operands: "12 points" is 12, null none."""
    return numbers.exact(value) if kind(value) is Kind.NUMBER else numbers.of_start(text(value))


def strictly_equal(left: Json, right: Json) -> bool:
    """Equal and of one kind; arrays and objects only when they are the same one."""
    one, other = kind(left), kind(right)
    if one is not other:
        return {one, other} == {Kind.TEXT, Kind.INSTANT} and text(left) == text(right)
    match one:
        case Kind.NUMBER:
            exact = numbers.exact(left)
            return exact is not None and exact == numbers.exact(right)
        case Kind.ARRAY | Kind.OBJECT:
            return left is right
        case _:
            return bool(left == right)


def loosely_equal(left: Json, right: Json) -> bool:
    """Equal after JavaScript's conversions: 1 is "1" and true, null is only null."""
    one, other = kind(left), kind(right)
    if one is other:
        return strictly_equal(left, right)
    if Kind.NULL in (one, other):
        return False
    left, right = _primitive(left), _primitive(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    as_number = number(left)
    return as_number is not None and as_number == number(right)


def less(left: Json, right: Json) -> bool:
    pair = _comparable(left, right)
    return pair is not None and bool(pair[0] < pair[1])


def less_or_equal(left: Json, right: Json) -> bool:
    pair = _comparable(left, right)
    return pair is not None and bool(pair[0] <= pair[1])


def contains(needle: Json, haystack: Json) -> bool:
    """Whether a text holds a text, or an array an element strictly equal to the needle."""
    match kind(haystack):
        case Kind.TEXT | Kind.INSTANT:
            return bool(haystack) and text(needle) in text(haystack)
        case Kind.ARRAY:
            return any(strictly_equal(needle, element) for element in haystack)
        case _:
            return False


def _primitive(value: Json) -> Json:
    return text(value) if kind(value) in (Kind.ARRAY, Kind.OBJECT, Kind.INSTANT) else value


def _comparable(left: Json, right: Json) -> tuple[Any, Any] | None:
    if isinstance(left, datetime) and isinstance(right, datetime) and left.tzinfo and right.tzinfo:
        return left, right
    left, right = _primitive(left), _primitive(right)
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    one, other = number(left), number(right)
    return None if one is None or other is None else (one, other)


class Missing(Enum):
    """What a path that leads nowhere finds; never seen outside a lookup."""

    MISSING = "missing"


MISSING = Missing.MISSING


def look_up(value: Json, steps: tuple[str, ...]) -> Json:
    """The value at the end of the steps, or MISSING; arrays and texts are entered by index and by `length`."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step, MISSING)
        elif isinstance(value, list | str):
            value = _element(value, step)
        else:
            return MISSING
        if value is MISSING:
            return MISSING
    return value


def _element(value: list[Json] | str, step: str) -> Json:
    if step == "length":
        return len(value)
    if not (step.isascii() and step.isdigit() and len(step) <= 9) or (step[0] == "0" and step != "0"):
        return MISSING
    return value[int(step)] if int(step) < len(value) else MISSING
