"""The values of a file, each knowing its place."""

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
"""Lists and maps inside one another in one file."""

MOST_VALUES = 100_000
"""Values in one file, with every alias counted as what it stands for."""

LONGEST_NUMBER = 50
"""Characters of a number; more is a slip of the hand, and slow to count with."""

LARGEST_EXPONENT = 100


@frozen_at_type_check
class Node:
    """A value and where it stands; a map also knows where each of its keys stands."""

    place: Place
    value: "Scalar | Sequence[Node] | Mapping[str, Node]"
    keys: Mapping[str, Place] = field(default_factory=dict)
    size: int = 1
    """The number of values in it, itself among them."""

    @property
    def entries(self) -> "Mapping[str, Node]":
        """The entries of a map; of anything else, none."""
        return self.value if isinstance(self.value, dict) else {}

    def plain(self) -> Any:
        """The value alone: text, int, Decimal, bool, None, list or dict."""
        match self.value:
            case dict() as entries:
                return {key: node.plain() for key, node in entries.items()}
            case list() as items:
                return [node.plain() for node in items]
            case scalar:
                return scalar

    def kind(self) -> str:
        """What it is, in words."""
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
        """The value of a key or at an index, if there is one."""
        if isinstance(self.value, list):
            return self.value[step] if isinstance(step, int) and 0 <= step < len(self.value) else None
        return self.entries.get(str(step))

    def holds(self, path: rules.JsonPath) -> bool:
        """Whether a path can be followed to its end."""
        node: Node | None = self
        for step in path:
            node = node.part(step) if node else None
        return node is not None

    def place_of(self, path: rules.JsonPath, *, of_key: bool = False) -> Place:
        """Where a part stands, as far as the path can be followed; with `of_key`, where its key does."""
        node, place = self, self.place
        for step in path:
            part = node.part(step)
            if part is None:
                return node.place
            place = node.keys.get(str(step), part.place)
            node = part
        return place if of_key else node.place


def number(text: str, place: Place) -> int | Decimal:
    """The exact number that digits say; Unreadable where it is beyond counting."""
    if len(text) > LONGEST_NUMBER:
        raise Unreadable(place, "bad-number", f"a number has at most {LONGEST_NUMBER} characters")
    if text.lstrip("+-").isdigit():
        return int(text)
    try:
        value = Decimal(text)
        is_countable = abs(value.adjusted()) <= LARGEST_EXPONENT
    except InvalidOperation:  # an exponent that is itself beyond counting
        is_countable = False
    if not is_countable:
        raise Unreadable(place, "bad-number", "the number is too large or too small to count with")
    return value


def bounded(size: int, place: Place) -> int:
    """A number of values that one file may hold, or Unreadable."""
    if size > MOST_VALUES:
        raise Unreadable(place, "too-many-values", f"a file holds at most {MOST_VALUES:,} values, aliases written out")
    return size


def check_text(text: str, place: Place) -> str:
    """A text that can be kept, or Unreadable: escapes can write what no file may hold."""
    if "\0" in text:
        raise Unreadable(place, "bad-character", "U+0000 is no character of a text: remove it")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Unreadable(place, "bad-character", "half a surrogate pair is no character")
    return text


def check_depth(depth: int, place: Place) -> None:
    """Unreadable where lists and maps are nested too deep."""
    if depth > DEEPEST:
        raise Unreadable(place, "too-deep", f"lists and maps are nested more than {DEEPEST} deep")
