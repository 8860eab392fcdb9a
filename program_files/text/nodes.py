"""The values of a file, each with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import rules
from loyalty.program.logic import Place
from program_files.text.problems import Unreadable
from rules.frozen import frozen_at_type_check

Scalar: TypeAlias = str | int | Decimal | bool | None

DEEPEST = 100
"""How deep lists and maps may be nested in one file."""

MOST_VALUES = 100_000
"""Values in one file; an alias counts as all values that it stands for."""

LONGEST_NUMBER = 50
"""Characters of a number; a longer one is probably a mistake, and slow to calculate with."""

LARGEST_EXPONENT = 100


@frozen_at_type_check
class Node:
    """A value and its place; a map also has the place of each of its keys."""

    place: Place
    value: "Scalar | Sequence[Node] | Mapping[str, Node]"
    keys: Mapping[str, Place] = field(default_factory=dict)
    size: int = 1
    """The number of values in it, including itself."""

    @property
    def entries(self) -> "Mapping[str, Node]":
        """The entries of a map; empty for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> Any:
        """Return the value without places: str, int, Decimal, bool, None, list or dict."""
        match self.value:
            case dict() as entries:
                return {key: node.plain() for key, node in entries.items()}
            case list() as items:
                return [node.plain() for node in items]
            case scalar:
                return scalar

    def type_name(self) -> str:
        """Return the type of the value, in words."""
        match self.value:
            case None:
                return "nothing"
            case bool():
                return "true or false"
            case int() | Decimal():
                return "a number"
            case str():
                return "a text"
            case list():
                return "a list"
            case _:
                return "a map"

    def part(self, step: str | int) -> "Node | None":
        """Return the value of a key or at an index; None if there is none."""
        if isinstance(self.value, list):
            return self.value[step] if isinstance(step, int) and 0 <= step < len(self.value) else None
        return self.entries.get(str(step))

    def holds(self, path: rules.JsonPath) -> bool:
        """Return whether there is a value at a path."""
        node: Node | None = self
        for step in path:
            node = node.part(step) if node else None
        return node is not None

    def place_of(self, path: rules.JsonPath, *, of_key: bool = False) -> Place:
        """Return the place of the value at a path, or of the last existing part; with `of_key`, of its key."""
        node, place = self, self.place
        for step in path:
            part = node.part(step)
            if part is None:
                return node.place
            place = node.keys.get(str(step), part.place)
            node = part
        return place if of_key else node.place


def number(text: str, place: Place) -> int | Decimal:
    """Return the exact number in a text; raise Unreadable if it is too long, too large or too small."""
    if len(text) > LONGEST_NUMBER:
        raise Unreadable(place, "bad-number", f"a number has at most {LONGEST_NUMBER} characters")
    if text.lstrip("+-").isdigit():
        return int(text)
    try:
        value = Decimal(text)
        is_in_range = abs(value.adjusted()) <= LARGEST_EXPONENT
    except InvalidOperation:  # the exponent itself is too large
        is_in_range = False
    if not is_in_range:
        raise Unreadable(place, "bad-number", "the number is too large or too small to count with")
    return value


def bounded(size: int, place: Place) -> int:
    """Return a number of values; raise Unreadable if one file may not hold so many."""
    if size > MOST_VALUES:
        raise Unreadable(place, "too-many-values", f"a file holds at most {MOST_VALUES:,} values, aliases written out")
    return size


def check_text(text: str, place: Place) -> str:
    """Return a text; raise Unreadable if its escapes produce characters that cannot be stored."""
    if "\0" in text:
        raise Unreadable(place, "bad-character", "U+0000 is not a character of a text: remove it")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Unreadable(place, "bad-character", "half a surrogate pair is not a character")
    return text


def check_depth(depth: int, place: Place) -> None:
    """Raise Unreadable if lists and maps are nested too deep."""
    if depth > DEEPEST:
        raise Unreadable(place, "too-deep", f"lists and maps are nested more than {DEEPEST} deep")
