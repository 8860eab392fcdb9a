"""Reads a map of a file key by key, by its grammar."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from loyalty.calendar import Duration
from program_files.grammar.values import AmountValue, ChoiceValue, DurationValue, IntegerValue, MapGrammar
from program_files.readers.cures import key_cure, key_hint, map_cure
from program_files.readers.node_values import (
    amount_of,
    choice_of,
    duration_of,
    integer_of,
    items_of,
    name_of,
    note_wrong_type,
    text_of,
)
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from rules.spelling import is_one_edit_apart

Word = TypeVar("Word", bound=str)
Bounds = TypeVar("Bounds", AmountValue, DurationValue, IntegerValue)


class MapReader:
    """Reads the values of a map by their keys; every key that its grammar does not have is noted as a problem."""

    def __init__(self, node: Node, problems: Problems, grammar: MapGrammar, title: str = "") -> None:
        """Set up to read a node. `title` names it in messages; by default, the title of its type."""
        self.node = node
        self.problems = problems
        self._grammar = grammar
        self.title = title or grammar.title
        self._entries: dict[str, Node] = {}
        self._misspelt: set[str | None] = set()
        """Required keys that are present, but misspelt: they are noted as such, and not as missing."""
        if not isinstance(node.value, dict):
            note_wrong_type(node, problems, self.title, "a map", map_cure(node, grammar))
            return
        self._entries = node.value
        known = grammar.by_name
        for key, value in node.value.items():
            if key == f"{grammar.keys[0].name}s" and isinstance(value.value, list):
                message = f"a file holds one {grammar.keys[0].name}: give each item of {key} a file of its own"
                problems.add(node.keys[key], "unknown-key", message)
                self._misspelt |= set(known)
            elif key not in known:
                absent = [name for name in known if name not in node.value]  # a key is not here twice
                suggestion = self._note_unknown(key, absent or list(known))
                self._misspelt.add(suggestion)
                if suggestion is not None and is_one_edit_apart(
                    key, suggestion
                ):  # its value is read and checked all the same
                    self._entries = {suggestion: value, **self._entries}

    def _note_unknown(self, key: str, absent: Sequence[str]) -> str | None:
        """Note an unknown key; return the key that replaces it, if there is one."""
        place, suggestion = self.node.keys[key], key_cure(key, absent, self._grammar)
        if hint := key_hint(key, self._grammar):
            self.problems.add(place, "unknown-key", f"key {key} is unknown: {hint}")
        elif suggestion is None:
            self.problems.add_unknown(place, "unknown-key", "key", key, absent)
            return self.problems.nearest(key, absent)
        else:
            self.problems.add(place, "unknown-key", f"key {key} is unknown", suggestion)
        return suggestion

    def get(self, key: str) -> Node | None:
        """Return the value of a key; None if it is absent."""
        return self._entries.get(key)

    def need(self, key: str) -> Node | None:
        """Return the value of a key; None, and a problem, if it is absent."""
        if key not in self._entries and key not in self._misspelt and isinstance(self.node.value, dict):
            self.problems.add(self.node.place, "missing-key", f"{self.title} needs {key}")
        return self._entries.get(key)

    def name(self, key: str) -> str | None:
        """Return a required name; None if it is wrong."""
        node = self.need(key)
        return None if node is None else name_of(node, self.problems, key)

    def text(self, key: str, default: str) -> str:
        """Return an optional text."""
        node = self.get(key)
        return default if node is None else text_of(node, self.problems, key)

    def flag(self, key: str) -> bool | None:
        """Return an optional true or false."""
        node = self.get(key)
        if node is None or isinstance(node.value, bool):
            return None if node is None else bool(node.value)
        note_wrong_type(node, self.problems, key, "true or false")
        return None

    def choice(self, key: str, choice: ChoiceValue[Word]) -> Word:
        """Return one of some words; where the key is absent, its default, or the first if it is required."""
        row = self._grammar.by_name[key]
        node = self.need(key) if row.required else self.get(key)
        if node is None:
            return next((word for word in choice.words if word == row.default), next(iter(choice.words)))
        return choice_of(node, self.problems, key, choice)

    def amount(self, key: str) -> Decimal | None:
        """Return an optional amount."""
        node, bounds = self.get(key), self._type(key, AmountValue)
        return None if node is None else amount_of(node, self.problems, key, zero=bounds.zero)

    def integer(self, key: str) -> int | None:
        """Return an optional whole number."""
        node, bounds = self.get(key), self._type(key, IntegerValue)
        return None if node is None else integer_of(node, self.problems, key, bounds)

    def duration(self, key: str) -> Duration | None:
        """Return an optional duration."""
        node, bounds = self.get(key), self._type(key, DurationValue)
        return None if node is None else duration_of(node, self.problems, key, zero=bounds.zero)

    def items(self, key: str) -> Sequence[Node]:
        """Return the items of an optional list."""
        node = self.get(key)
        return [] if node is None else items_of(node, self.problems, key)

    def _type(self, key: str, expected: type[Bounds]) -> Bounds:
        """Return the type of a key's value, which the grammar must have as the reader expects it."""
        value = self._grammar.by_name[key].value
        assert isinstance(value, expected), f"{self.title}: {key} is no {expected.__name__}"
        return value
