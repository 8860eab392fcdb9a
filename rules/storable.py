"""The bounds on stored values, within which every database and every response returns them unchanged.

They hold for what clients send and for what rules give. JSON that Laurel itself builds around such values nests less
deep than `rules.exact` reads, so whatever was written can be read.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from rules.errors import JsonPath, MalformedJson
from rules.numbers import ExactNumber, exact
from rules.values import Json

MAX_BYTES: Final = 256 * 1024
"""Most bytes of a value, as compact JSON."""

MAX_DEPTH: Final = 64
"""Most levels of nested arrays and objects."""

MAX_NUMBER: Final = 10**15
"""Whole numbers up to this are exact in the languages of all clients, and so are points computed from them."""

MAX_DIGITS: Final = 34
MAX_DECIMALS: Final = 30

Bound: TypeAlias = Literal["depth", "text", "number", "digits", "bytes"]

_WORDS: Final[dict[Bound, str]] = {
    "depth": f"is nested more than {MAX_DEPTH} deep",
    "text": "holds a NUL character or half of a surrogate pair",
    "number": "holds a number beyond 10^15",
    "digits": f"holds a number of more than {MAX_DIGITS} digits, or more than {MAX_DECIMALS} decimals",
    "bytes": f"is larger than {MAX_BYTES // 1024} KiB",
}
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Excess:
    """The first part of a value that is beyond a bound; `(key)` ends the path to the key of an object."""

    bound: Bound
    path: JsonPath

    @property
    def words(self) -> str:
        """Describe what is wrong with the value, as the end of a sentence about it."""
        return _WORDS[self.bound]


def storable_text(text: str) -> str:
    """Return a text with a question mark for each character that cannot be stored."""
    return _UNSTORABLE.sub("?", text)


def find_excess(value: Json, *, max_bytes: int = MAX_BYTES) -> Excess | None:
    """Return why a value cannot be stored; None: it can be stored, and read again."""
    size = 0
    pending: list[tuple[Json, JsonPath]] = [(value, ())]
    while pending:
        part, path = pending.pop()
        bound = "depth" if len(path) > MAX_DEPTH else _bound_beyond(part)
        if bound is not None:
            return Excess(bound, path)
        size += _least_bytes(part)
        if size > max_bytes:  # before its elements: a list may be long, and in another one many times
            return Excess("bytes", ())
        if isinstance(part, dict):
            pending += [(key, (*path, "(key)")) for key in part]
            pending += [(element, (*path, key)) for key, element in part.items()]
        elif isinstance(part, list | tuple) and len(path) < MAX_DEPTH and _are_small_integers(part):
            size += len(part)
        elif isinstance(part, list | tuple):
            pending += [(element, (*path, index)) for index, element in enumerate(part)]
    return Excess("bytes", ()) if size > max_bytes else None


def _are_small_integers(array: list[Json] | tuple[Json, ...]) -> bool:
    """Return whether an array has only whole numbers within the bound: ten times as fast as checking each."""
    return set(map(type, array)) == {int} and min(array) >= -MAX_NUMBER and max(array) <= MAX_NUMBER


def _least_bytes(part: Json) -> int:
    """Return the fewest bytes that a part takes in JSON, without its elements."""
    if isinstance(part, str):
        return 2 + (len(part) if part.isascii() else len(part.encode()))
    return 1 + len(part) if isinstance(part, dict | list | tuple) else 1


def _bound_beyond(part: Json) -> Bound | None:
    """Return the bound that a text or a number is beyond."""
    match part:
        case str():
            return "text" if _UNSTORABLE.search(part) else None
        case bool() | None | dict() | list() | tuple() | datetime():
            return None
        case int() | Decimal() | float():
            return _of_number(exact(part))
        case _:
            raise MalformedJson(f"{type(part).__name__} is not a JSON value")


def _of_number(number: ExactNumber | None) -> Bound | None:
    if number is None or not -MAX_NUMBER <= number <= MAX_NUMBER:
        return "number"
    if isinstance(number, Decimal):
        _, digits, exponent = number.as_tuple()
        if len(digits) > MAX_DIGITS or (isinstance(exponent, int) and exponent < -MAX_DECIMALS):
            return "digits"
    return None
