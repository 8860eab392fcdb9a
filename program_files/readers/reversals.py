"""The key `reverses` of event types: read once all event types are known, since it refers to two of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

import rules
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.event_types import EventType, Reversal
from loyalty.program.logic import Logic, Place
from loyalty.program.scope import reversal_scopes
from program_files.grammar.events import EVENT_TYPE, REVERSES
from program_files.readers.declarations import Declarations
from program_files.readers.logic import read_logic
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import is_name, note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from rules.types import (
    ANY,
    BOOLEAN,
    NUMBER,
    TEXT,
    AnyType,
    BooleanType,
    NumberType,
    RecordType,
    TextType,
    Type,
    declared_names,
    options,
    step_into,
)

_ALL: Final = Decimal(1)
_COMPARED: Final[Mapping[type[Type], Type]] = {TextType: TEXT, NumberType: NUMBER, BooleanType: BOOLEAN}
"""The types of fields that can identify events."""


def with_reversals(
    nodes: Mapping[str, Node | None], declared: Declarations, problems: Problems
) -> Mapping[str, EventType]:
    """Return the event types of a program, each with what its events reverse."""
    found = dict(_reversals(nodes, declared, problems))
    return {name: replace(each, reverses=found.get(name)) for name, each in declared.event_types.items()}


def _reversals(
    nodes: Mapping[str, Node | None], declared: Declarations, problems: Problems
) -> Iterator[tuple[str, Reversal]]:
    found = {name: (node, key) for node, name, key in _with_key(nodes)}
    for name, (node, key) in found.items():
        if name in declared.event_types:
            place = node.keys.get("reverses", node.place)
            reversal = _Reader(key, place, name, found.keys(), declared, problems).read()
            if reversal is not None:
                yield name, reversal


def _with_key(nodes: Mapping[str, Node | None]) -> Iterator[tuple[Node, str, Node]]:
    """Yield the files with the key, the names of their event types, and its value."""
    for node in nodes.values():
        name = None if node is None else node.entries.get("event")
        if node is not None and name is not None and isinstance(name.value, str):
            key = MapReader(node, Problems(), EVENT_TYPE).get("reverses")
            if key is not None:
                yield node, name.value, key


class _Reader:
    """Reads the key of one event type; `reversing` are the event types that have it."""

    def __init__(
        self,
        node: Node,
        place: Place,
        name: str,
        reversing: Collection[str],
        declared: Declarations,
        problems: Problems,
    ) -> None:
        self._place = place
        self._name = name
        self._reversing = reversing
        self._declared = declared
        self._problems = problems
        self._fields = MapReader(node, problems, REVERSES)

    def read(self) -> Reversal | None:
        """Return what the events reverse; None if it is not given."""
        event, where, share = self._fields.need("event"), self._fields.need("where"), self._fields.get("share")
        if event is None or where is None:
            return None
        reversed_type = self._declared.reference(event, self._problems, "event type")
        self._check_type(event, reversed_type)
        seen = self._declared.scope_of(self._name)
        scope, share_scope = reversal_scopes(seen, self._declared.scope_of(reversed_type))
        return Reversal(
            reversed_type,
            dict(self._where(where, reversed_type, scope, share_scope)),
            None if share is None else self._share(share, share_scope),
        )

    def _check_type(self, event: Node, reversed_type: str) -> None:
        if self._name in BUILT_IN:
            message = f"{self._name} is built in: returns of transactions are taken back without this key"
            self._problems.add(self._place, "cannot-be-reversed", message)
        elif reversed_type in BUILT_IN:
            message = f"{reversed_type} is built in, and only events that are reported can be reversed"
            if reversed_type == "transaction":
                message = "a transaction is taken back by reporting a return of it, and by no other event"
            self._problems.add(event.place, "cannot-be-reversed", message)
        elif reversed_type in self._reversing:
            what = "itself" if reversed_type == self._name else f"{reversed_type}, which reverses something"
            self._problems.add(event.place, "cannot-be-reversed", f"{self._name} cannot reverse {what}")

    def _where(self, node: Node, reversed_type: str, scope: Type, share_scope: Type) -> Iterator[tuple[str, Logic]]:
        if not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, "where", "a map from fields to rules")
        elif not node.entries:
            self._problems.add(node.place, "out-of-range", "where must name at least one field")
        body = step_into(step_into(share_scope, "reversed") or ANY, "body") or ANY
        for path, rule in node.entries.items():
            place = node.keys[path]
            if is_name(path, Node(place, path), self._problems, "a field"):
                expected = self._type_at(path, reversed_type, body, place)
                yield path, read_logic(rule, self._problems, scope, expected, self._declared.settings.zone)

    def _type_at(self, path: str, reversed_type: str, body: Type, place: Place) -> Type | None:
        """Return the type of a field in the body of the reversed event; None: it is unknown, or wrong."""
        found: Type = body
        for step in path.split("."):
            inner = step_into(found, step)
            if inner is None:
                known = declared_names(found)
                self._problems.add_unknown(place, "unknown-path", f"in a {reversed_type} the field", path, known)
                return None
            found = inner
        kinds = {type(each) for each in options(found)}
        expected = next((type_ for kind, type_ in _COMPARED.items() if kind in kinds), None)
        if expected is None and AnyType not in kinds:
            what = "holds fields: name one of them" if RecordType in kinds else "is not a text, number, true or false"
            self._problems.add(place, "wrong-type", f"{shown(path)} of a {reversed_type} {what}")
        return expected

    def _share(self, node: Node, scope: Type) -> Logic:
        share = read_logic(node, self._problems, scope, NUMBER, self._declared.settings.zone)
        for root in ("event", "reversed"):
            found = rules.bounds(share.expression, scope, root=root)
            if found is not None and (found.greatest <= 0 or found.least > _ALL):
                message = "share is above 0, and at most 1, which is all of it"
                self._problems.add(node.place, "out-of-range", message)
                break
        return share
