"""Reads the expectations of a test."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from loyalty.webhooks.outbox import CALL
from program_files.grammar.expectations import (
    ACHIEVEMENT_STATE,
    EVENT_ITEM,
    EXPECT,
    REWARD_COUNTS,
    SOME_BADGES,
    WEBHOOK_ITEM,
)
from program_files.grammar.values import COUNT, ReferenceKind
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import amount_of, integer_of, items_of, note_wrong_type, text_of
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from workbench.scenarios.files.names import ProgramNames
from workbench.scenarios.model import (
    AttributeIs,
    BadgesAre,
    BalanceIs,
    BalanceKind,
    CompletedTimes,
    CountedRewardStatus,
    Direction,
    Expectation,
    HasBadge,
    NothingOccurred,
    Occurred,
    OccurrenceKind,
    PointsMoved,
    ProgressIs,
    RewardCount,
    RewardsAre,
    TierIs,
)

_KIND_OF: Final[Mapping[OccurrenceKind, ReferenceKind]] = {
    "fired": "reactor",
    "limited": "reactor",
    "webhooks": "webhook",
    "events": "built-in event",
}
_STATUSES: tuple[CountedRewardStatus, ...] = ("issued", "expired")
Checks: TypeAlias = Iterator[Expectation]


def read_checks(node: Node, problems: Problems, names: ProgramNames) -> tuple[Expectation, ...]:
    """Return the expectations of an `expect`, key by key."""
    MapReader(node, problems, EXPECT)
    if node.value == {}:
        problems.add(node.place, "missing-key", f"expect says nothing: it needs one of {', '.join(EXPECT.by_name)}")
    reader = _Expectations(problems, names)
    return tuple(
        check
        for key, value in node.entries.items()
        if key in EXPECTATIONS
        for check in EXPECTATIONS[key](reader, key, value)
    )


class _Expectations:
    def __init__(self, problems: Problems, names: ProgramNames) -> None:
        self._problems = problems
        self._names = names

    # -- points

    def balance(self, kind: BalanceKind, key: str, node: Node) -> Checks:
        for code, value, amount in self._names.amounts(node, self._problems, key, below=kind == "active"):
            label = key if value is node else f"{key}.{code}"
            yield Expectation(value.place, label, BalanceIs(kind, code, amount))

    def moved(self, direction: Direction, key: str, node: Node) -> Checks:
        for code, value, amount in self._names.amounts(node, self._problems, key):
            label = key if value is node else f"{key}.{code}"
            yield Expectation(value.place, label, PointsMoved(direction, code, amount))

    # -- the member

    def tier(self, key: str, node: Node) -> Checks:
        tier = None if node.value is None else self._names.read(node, self._problems, "tier")
        if tier is not None or node.value is None:
            yield Expectation(node.place, key, TierIs(tier))

    def tiers(self, key: str, node: Node) -> Checks:
        for name, value in self._names.entries(node, self._problems, key, "tier set"):
            tier = None if value.value is None else self._names.tier(value, self._problems, name)
            if tier is not None or value.value is None:
                yield Expectation(value.place, f"{key}.{name}", TierIs(tier, name))

    def badges(self, key: str, node: Node) -> Checks:
        if not isinstance(node.value, dict):
            yield Expectation(node.place, key, BadgesAre(self._listed(key, node, "badge")))
            return
        fields = MapReader(node, self._problems, SOME_BADGES, key)
        wanted: tuple[tuple[Literal["has", "lacks"], bool], ...] = (("has", True), ("lacks", False))
        for word, has in wanted:
            for item in fields.items(word):
                name = self._names.read(item, self._problems, "badge")
                if name is not None:
                    yield Expectation(item.place, f"{key}.{word}", HasBadge(name, has))

    def attributes(self, key: str, node: Node) -> Checks:
        if not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, key, "a map")
        for name, value in node.entries.items():
            yield Expectation(value.place, f"{key}.{name}", AttributeIs(name, value.plain()))

    def achievements(self, key: str, node: Node) -> Checks:
        for name, value in self._names.entries(node, self._problems, key, "achievement"):
            fields = MapReader(value, self._problems, ACHIEVEMENT_STATE, f"{key}.{name}")
            completed, progress = fields.get("completed"), fields.get("progress")
            if completed is not None:
                times = integer_of(completed, self._problems, "completed", COUNT)
                yield Expectation(completed.place, f"{key}.{name}.completed", CompletedTimes(name, times))
            if progress is not None:
                amount = amount_of(progress, self._problems, "progress", zero=True, below=True)
                yield Expectation(progress.place, f"{key}.{name}.progress", ProgressIs(name, amount))

    def rewards(self, key: str, node: Node) -> Checks:
        if isinstance(node.value, list):
            yield Expectation(node.place, key, RewardsAre(self._listed(key, node, "reward")))
            return
        for name, value in self._names.entries(node, self._problems, key, "reward"):
            label = f"{key}.{name}"
            if not isinstance(value.value, dict):
                count = integer_of(value, self._problems, label, COUNT)
                yield Expectation(value.place, label, RewardCount(name, None, count))
                continue
            states = MapReader(value, self._problems, REWARD_COUNTS, label)
            for status in _STATUSES:
                if (number := states.get(status)) is not None:
                    count = integer_of(number, self._problems, status, COUNT)
                    yield Expectation(number.place, f"{label}.{status}", RewardCount(name, status, count))

    def _listed(self, key: str, node: Node, kind: ReferenceKind) -> frozenset[str]:
        found = [self._names.read(item, self._problems, kind) for item in items_of(node, self._problems, key)]
        return frozenset(name for name in found if name is not None)

    # -- what occurred

    def occurred(self, kind: OccurrenceKind, key: str, node: Node) -> Checks:
        """Yield from a list that each occurs at least once, or nothing if it is empty; from a map, the exact counts."""
        if node.value == []:
            yield Expectation(node.place, key, NothingOccurred(kind))
        elif isinstance(node.value, list):
            for item in node.value:
                yield from self._occurrence(kind, key, item)
        elif isinstance(node.value, str):
            items_of(node, self._problems, key)
        else:
            for name, value in self._names.entries(node, self._problems, key, _KIND_OF[kind]):
                times = integer_of(value, self._problems, f"{key}.{name}", COUNT)
                yield Expectation(value.place, f"{key}.{name}", Occurred(kind, name, times))

    def not_fired(self, key: str, node: Node) -> Checks:
        for item in items_of(node, self._problems, key):
            name = self._names.read(item, self._problems, "reactor")
            if name is not None:
                yield Expectation(item.place, f"{key}.{name}", Occurred("fired", name, 0))

    def _occurrence(self, kind: OccurrenceKind, key: str, item: Node) -> Checks:
        """Yield the expectation of one item of a list: a name, or a map with more conditions."""
        if kind in ("fired", "limited") or not isinstance(item.value, dict):
            name = self._names.read(item, self._problems, _KIND_OF[kind])
            if name is not None:
                yield Expectation(item.place, f"{key}.{name}", Occurred(kind, name))
            return
        word = "name" if kind == "webhooks" else "event"
        fields = MapReader(item, self._problems, WEBHOOK_ITEM if kind == "webhooks" else EVENT_ITEM)
        url, body = fields.get("url"), fields.get("body")
        named = fields.get(word) if url is not None else fields.need(word)
        name = CALL if named is None else self._names.read(named, self._problems, _KIND_OF[kind])
        asked = Occurred(
            kind,
            name or CALL,
            fields.integer("times"),
            None if url is None else text_of(url, self._problems, "url"),
            self._body(body),
        )
        if name is not None:
            yield Expectation(item.place, f"{key}.{name}", asked)

    def _body(self, node: Node | None) -> Any:
        if node is not None and not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, "body", "a map")
        return None if node is None else node.plain()


def _balance(kind: BalanceKind) -> Callable[[_Expectations, str, Node], Checks]:
    return lambda reader, key, node: reader.balance(kind, key, node)


def _moved(direction: Direction) -> Callable[[_Expectations, str, Node], Checks]:
    return lambda reader, key, node: reader.moved(direction, key, node)


def _occurred(kind: OccurrenceKind) -> Callable[[_Expectations, str, Node], Checks]:
    return lambda reader, key, node: reader.occurred(kind, key, node)


EXPECTATIONS: Final[Mapping[str, Callable[[_Expectations, str, Node], Checks]]] = {
    "points": _balance("active"),
    "pending": _balance("pending"),
    "earned": _balance("earned"),
    "spent": _balance("spent"),
    "expired": _balance("expired"),
    "awarded": _moved("awarded"),
    "deducted": _moved("deducted"),
    "tier": _Expectations.tier,
    "tiers": _Expectations.tiers,
    "badges": _Expectations.badges,
    "attributes": _Expectations.attributes,
    "achievements": _Expectations.achievements,
    "rewards": _Expectations.rewards,
    "webhooks": _occurred("webhooks"),
    "events": _occurred("events"),
    "fired": _occurred("fired"),
    "not_fired": _Expectations.not_fired,
    "limited": _occurred("limited"),
}
"""The keys of `expect`."""
