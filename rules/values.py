"""Conversions and comparisons of JSON values as json-logic-js has them, on exact numbers.

A datetime, which JSON lacks, is compared with another datetime as an instant, and with anything else as its ISO text.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from rules import numbers
from rules.errors import TooMuchWork
from rules.numbers import ExactNumber

Json: TypeAlias = Any

MOST_PIECES = 100_000
"""Most elements of nested arrays that are joined to one text."""


class ValueKind(Enum):
    NULL = "null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    INSTANT = "instant"
    ARRAY = "array"
    OBJECT = "object"


_KINDS: dict[type, ValueKind] = {
    type(None): ValueKind.NULL,
    bool: ValueKind.BOOLEAN,
    int: ValueKind.NUMBER,
    Decimal: ValueKind.NUMBER,
    float: ValueKind.NUMBER,
    str: ValueKind.TEXT,
    datetime: ValueKind.INSTANT,
    list: ValueKind.ARRAY,
    dict: ValueKind.OBJECT,
}


def kind_of(value: Json) -> ValueKind:
    """Return the kind of a value, also of an instance of a subclass; OBJECT for any unknown class."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    return next((known for base, known in _KINDS.items() if isinstance(value, base)), ValueKind.OBJECT)


def is_truthy(value: Json) -> bool:
    """False for null, false, 0, "" and []; true for everything else, including {}."""
    return bool(value) or isinstance(value, dict)


def to_text(value: Json) -> str:
    """Convert to text: null is "null", an array its elements joined by commas, an object "[object Object]"."""
    match kind_of(value):
        case ValueKind.TEXT:
            return str(value)
        case ValueKind.NULL:
            return "null"
        case ValueKind.BOOLEAN:
            return "true" if value else "false"
        case ValueKind.NUMBER:
            exact = numbers.exact(value)
            return "NaN" if exact is None else numbers.javascript_text(exact)
        case ValueKind.INSTANT:
            return str(value.isoformat())
        case ValueKind.ARRAY:
            return ",".join(_pieces(value))
        case ValueKind.OBJECT:
            return "[object Object]"


def text_or_empty(value: Json) -> str:
    """Convert to text for joining, where null is empty."""
    return "" if value is None else to_text(value)


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
            yield text_or_empty(element)
        else:
            open_arrays.pop()


def to_number(value: Json) -> ExactNumber | None:
    """Convert to a number; None where JavaScript has NaN or an infinity."""
    match kind_of(value):
        case ValueKind.NUMBER:
            return numbers.exact(value)
        case ValueKind.NULL:
            return 0
        case ValueKind.BOOLEAN:
            return int(value)
        case ValueKind.ARRAY:
            return _array_to_number(value)
        case _:
            return numbers.from_text(to_text(value))


def leading_number(value: Json) -> ExactNumber | None:
    """Convert to a number as `+` and `*` do, by the start of the text: "12 points" is 12, null is None."""
    while isinstance(value, list) and value:  # its text begins with that of its first element
        value = value[0]
        if value is None:
            return None
    return numbers.exact(value) if kind_of(value) is ValueKind.NUMBER else numbers.from_prefix(to_text(value))


def _array_to_number(array: list[Json]) -> ExactNumber | None:
    """Convert as JavaScript converts its text: several elements are joined by commas, which no number has."""
    value: Json = array
    while isinstance(value, list):
        if len(value) != 1:
            return None if value else 0
        value = value[0]
    return numbers.from_text(text_or_empty(value))


def strictly_equal(left: Json, right: Json) -> bool:
    """JavaScript's `===`: equal and of the same kind; arrays and objects only if identical."""
    one, other = kind_of(left), kind_of(right)
    if one is not other:
        return {one, other} == {ValueKind.TEXT, ValueKind.INSTANT} and to_text(left) == to_text(right)
    match one:
        case ValueKind.NUMBER:
            exact = numbers.exact(left)
            return exact is not None and exact == numbers.exact(right)
        case ValueKind.ARRAY | ValueKind.OBJECT:
            return left is right
        case _:
            return bool(left == right)


def loosely_equal(left: Json, right: Json) -> bool:
    """JavaScript's `==`: equal after conversions, so that 1 equals "1" and true; null equals only null."""
    one, other = kind_of(left), kind_of(right)
    if one is other:
        return strictly_equal(left, right)
    if ValueKind.NULL in (one, other):
        return False
    left, right = _primitives(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    as_number = to_number(left)
    return as_number is not None and as_number == to_number(right)


def less(left: Json, right: Json) -> bool:
    pair = _comparable(left, right)
    return pair is not None and bool(pair[0] < pair[1])


def less_or_equal(left: Json, right: Json) -> bool:
    pair = _comparable(left, right)
    return pair is not None and bool(pair[0] <= pair[1])


def contains(needle: Json, haystack: Json) -> bool:
    """Return whether a text contains the needle, or an array an element strictly equal to it."""
    match kind_of(haystack):
        case ValueKind.TEXT | ValueKind.INSTANT:
            return bool(haystack) and to_text(needle) in to_text(haystack)
        case ValueKind.ARRAY:
            return any(strictly_equal(needle, element) for element in haystack)
        case _:
            return False


def _primitives(left: Json, right: Json) -> tuple[Json, Json]:
    """Both as texts or numbers. An array becomes a text as far as it takes to compare it, or a number."""
    if isinstance(left, list) and isinstance(right, list):
        return to_text(left), to_text(right)
    if isinstance(left, list):
        other = _primitive(right)
        return _array_beside(left, other), other
    if isinstance(right, list):
        other = _primitive(left)
        return other, _array_beside(right, other)
    return _primitive(left), _primitive(right)


def _array_beside(array: list[Json], other: Json) -> Json:
    if not isinstance(other, str):
        return array  # both become numbers
    pieces, length = list[str](), -1
    for piece in _pieces(array):
        pieces.append(piece)
        length += 1 + len(piece)
        if length > len(other):
            break
    return ",".join(pieces)


def _primitive(value: Json) -> Json:
    return to_text(value) if kind_of(value) in (ValueKind.OBJECT, ValueKind.INSTANT) else value


def _comparable(left: Json, right: Json) -> tuple[Any, Any] | None:
    if isinstance(left, datetime) and isinstance(right, datetime) and left.tzinfo and right.tzinfo:
        return left, right
    left, right = _primitives(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    one, other = to_number(left), to_number(right)
    return None if one is None or other is None else (one, other)


class Missing(Enum):
    """What a lookup returns for a path that does not exist; never a value of a rule."""

    MISSING = "missing"


MISSING = Missing.MISSING


def look_up(value: Json, steps: tuple[str, ...]) -> Json:
    """Return the value at the end of the steps, or MISSING; arrays and texts have indexes and `length`."""
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
