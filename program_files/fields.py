"""A map of a file, read key by key.

What is at fault is noted and reads as a harmless value of the same type, so that reading goes on and finds
the rest; since noted problems refuse the program, nothing read that way is ever used.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from loyalty.calendar import Duration
from program_files.nodes import Node
from program_files.problems import Problems, shown
from rules.spelling import is_one_edit_apart

Choice = TypeVar("Choice", bound=str)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LONGEST_TEXT = 2000
LARGEST_AMOUNT = 10**12
DECIMALS = 6
_LONGEST = Duration(months=1200, days=36_600, seconds=36_600 * 86_400)


class Fields:
    """The entries of a map. `what` names it in messages; keys other than the known ones are problems."""

    def __init__(self, node: Node, problems: Problems, what: str, keys: Sequence[str]) -> None:
        self.node = node
        self.problems = problems
        self._what = what
        self._entries: dict[str, Node] = {}
        self._meant: set[str | None] = set()
        """Keys that are misspelt here: told of once, and not missed. What stands under a slip is read all the same."""
        if not isinstance(node.value, dict):
            wrong_type(node, problems, what, "a map")
            return
        self._entries = node.value
        for key, value in node.value.items():
            if key not in keys:
                problems.add_unknown(node.keys[key], "unknown-key", "key", key, keys)
                meant = problems.nearest(key, keys)
                self._meant.add(meant)
                if meant is not None and is_one_edit_apart(key, meant):
                    self._entries = {meant: value, **self._entries}

    def get(self, key: str) -> Node | None:
        """The value of a key, or None where there is none."""
        return self._entries.get(key)

    def need(self, key: str) -> Node | None:
        """The value of a key; None, and a problem, where there is none."""
        if key not in self._entries and key not in self._meant and isinstance(self.node.value, dict):
            self.problems.add(self.node.place, "missing-key", f"{self._what} needs {key}")
        return self._entries.get(key)

    def name(self, key: str) -> str | None:
        """A required name; None where it is at fault."""
        node = self.need(key)
        return None if node is None else name(node, self.problems, key)

    def text(self, key: str, otherwise: str) -> str:
        """An optional text."""
        node = self.get(key)
        return otherwise if node is None else text(node, self.problems, key)

    def flag(self, key: str) -> bool | None:
        """An optional true or false."""
        node = self.get(key)
        if node is None or isinstance(node.value, bool):
            return None if node is None else bool(node.value)
        wrong_type(node, self.problems, key, "true or false")
        return None

    def choice(self, key: str, choices: Sequence[Choice], otherwise: Choice | None = None) -> Choice:
        """One of some words; required where there is no other value."""
        node = self.need(key) if otherwise is None else self.get(key)
        return (otherwise or choices[0]) if node is None else choice(node, self.problems, key, choices)

    def duration(self, key: str, *, zero: bool = False) -> Duration | None:
        """An optional duration, longer than nothing unless `zero` is allowed."""
        node = self.get(key)
        return None if node is None else duration(node, self.problems, key, zero=zero)

    def items(self, key: str) -> Sequence[Node]:
        """The items of an optional list."""
        node = self.get(key)
        return [] if node is None else items(node, self.problems, key)


def wrong_type(node: Node, problems: Problems, what: str, wanted: str) -> None:
    """Note that a value is of the wrong kind."""
    cure = "; put it in quotes" if wanted == "a text" and node.kind() in ("a number", "true or false") else ""
    problems.add(node.place, "wrong-type", f"{what} must be {wanted}, not {node.kind()}{cure}")


def text(node: Node, problems: Problems, what: str) -> str:
    """A text that is not empty."""
    if not isinstance(node.value, str):
        wrong_type(node, problems, what, "a text")
        return ""
    if not node.value.strip() or len(node.value) > LONGEST_TEXT:
        problems.add(node.place, "out-of-range", f"{what} must have 1 to {LONGEST_TEXT:,} characters")
    return node.value


def name(node: Node, problems: Problems, what: str) -> str | None:
    """A name; None where it is at fault."""
    if not isinstance(node.value, str):
        wrong_type(node, problems, what, "a text")
        return None
    return node.value if is_name(node.value, node, problems, what) else None


def is_name(value: str, node: Node, problems: Problems, what: str) -> bool:
    """Whether a text can be a name; a problem where it cannot."""
    if NAME.fullmatch(value):
        return True
    rule = "a name is 1 to 64 letters, digits, _ . or -, and begins with a letter or digit"
    problems.add(node.place, "bad-name", f"{what} cannot be {shown(value) or 'empty'}: {rule}")
    return False


def items(node: Node, problems: Problems, what: str) -> Sequence[Node]:
    """The items of a list."""
    if isinstance(node.value, list):
        return node.value
    wrong_type(node, problems, what, "a list")
    return []


def choice(node: Node, problems: Problems, what: str, choices: Sequence[Choice]) -> Choice:
    """One of some words."""
    if not isinstance(node.value, str):
        wrong_type(node, problems, what, "a text")
        return choices[0]
    for word in choices:
        if node.value == word:
            return word
    problems.add_unknown(node.place, "unknown-value", what, node.value, choices)
    return choices[0]


def number(node: Node, problems: Problems, what: str) -> Decimal:
    """A number from 0, as large and as fine as amounts may be."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        wrong_type(node, problems, what, "a number")
    elif not 0 <= value <= LARGEST_AMOUNT or value * 10**DECIMALS % 1:
        message = f"{what} must be from 0 to {LARGEST_AMOUNT:,}, with at most {DECIMALS} decimals"
        problems.add(node.place, "out-of-range", message)
    else:
        return Decimal(value)
    return Decimal(1)


def amount(node: Node, problems: Problems, what: str) -> Decimal:
    """A number above 0."""
    value = number(node, problems, what)
    if value:
        return value
    problems.add(node.place, "out-of-range", f"{what} must be above 0")
    return Decimal(1)


def whole(node: Node, problems: Problems, what: str, least: int, most: int) -> int:
    """A whole number in a range."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        wrong_type(node, problems, what, "a whole number")
        return least
    if value % 1:
        problems.add(node.place, "wrong-type", f"{what} must be a whole number, not {value}")
        return least
    if not least <= value <= most:
        problems.add(node.place, "out-of-range", f"{what} must be from {least} to {most}")
        return least
    return int(value)


def duration(node: Node, problems: Problems, what: str, *, zero: bool = False) -> Duration:
    """A duration of at most a hundred years."""
    fallback = Duration(days=1)
    if not isinstance(node.value, str):
        problems.add(node.place, "bad-duration", f"{what} must be a duration such as 90d, not {node.kind()}")
        return fallback
    try:
        value = Duration.parse(shown(node.value))
    except ValueError as error:
        problems.add(node.place, "bad-duration", f"{what}: {error}")
        return fallback
    if not value and not zero:
        problems.add(node.place, "bad-duration", f"{what} must be longer than {shown(node.value)}")
    if value.months > _LONGEST.months or value.days > _LONGEST.days or value.seconds > _LONGEST.seconds:
        problems.add(node.place, "bad-duration", f"{what} must be at most 100 years")
        return fallback
    return value
