"""What a test expects."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

from loyalty.webhooks.outbox import CALL
from program_files import fields as read
from program_files.fields import Fields, whole
from program_files.nodes import Node
from program_files.problems import Problems
from workbench.scenarios.files.names import NameKind, ProgramNames
from workbench.scenarios.model import (
    AttributeIs,
    BadgesAre,
    BalanceIs,
    BalanceKind,
    CompletedTimes,
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
    RewardStatus,
    TierIs,
)

MOST = 10**9
_KIND_OF: Final[Mapping[OccurrenceKind, NameKind]] = {
    "fired": "reactor",
    "limited": "reactor",
    "webhooks": "webhook",
    "events": "built-in event",
}
_STATUSES: tuple[RewardStatus, ...] = ("issued", "expired")
Checks: TypeAlias = Iterator[Expectation]


def read_checks(node: Node, problems: Problems, names: ProgramNames) -> tuple[Expectation, ...]:
    """What `expect` says, key by key."""
    Fields(node, problems, "expect", tuple(EXPECTATIONS))
    if node.value == {}:
        problems.add(node.place, "missing-key", f"expect says nothing: it needs one of {', '.join(EXPECTATIONS)}")
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
        for code, value, amount in self._names.amounts(node, self._problems, key):
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

    def badges(self, key: str, node: Node) -> Checks:
        if not isinstance(node.value, dict):
            yield Expectation(node.place, key, BadgesAre(self._listed(key, node, "badge")))
            return
        fields = Fields(node, self._problems, key, ("has", "lacks"))
        wanted: tuple[tuple[Literal["has", "lacks"], bool], ...] = (("has", True), ("lacks", False))
        for word, has in wanted:
            for item in fields.items(word):
                name = self._names.read(item, self._problems, "badge")
                if name is not None:
                    yield Expectation(item.place, f"{key}.{word}", HasBadge(name, has))

    def attributes(self, key: str, node: Node) -> Checks:
        if not isinstance(node.value, dict):
            read.wrong_type(node, self._problems, key, "a map")
        for name, value in node.entries.items():
            yield Expectation(value.place, f"{key}.{name}", AttributeIs(name, value.plain()))

    def achievements(self, key: str, node: Node) -> Checks:
        for name, value in self._names.entries(node, self._problems, key, "achievement"):
            fields = Fields(value, self._problems, f"{key}.{name}", ("completed", "progress"))
            completed, progress = fields.get("completed"), fields.get("progress")
            if completed is not None:
                times = whole(completed, self._problems, "completed", 0, MOST)
                yield Expectation(completed.place, f"{key}.{name}.completed", CompletedTimes(name, times))
            if progress is not None:
                amount = read.number(progress, self._problems, "progress")
                yield Expectation(progress.place, f"{key}.{name}.progress", ProgressIs(name, amount))

    def rewards(self, key: str, node: Node) -> Checks:
        if isinstance(node.value, list):
            yield Expectation(node.place, key, RewardsAre(self._listed(key, node, "reward")))
            return
        for name, value in self._names.entries(node, self._problems, key, "reward"):
            label = f"{key}.{name}"
            if not isinstance(value.value, dict):
                count = whole(value, self._problems, label, 0, MOST)
                yield Expectation(value.place, label, RewardCount(name, None, count))
                continue
            states = Fields(value, self._problems, label, _STATUSES)
            for status in _STATUSES:
                if (number := states.get(status)) is not None:
                    count = whole(number, self._problems, status, 0, MOST)
                    yield Expectation(number.place, f"{label}.{status}", RewardCount(name, status, count))

    def _listed(self, key: str, node: Node, kind: NameKind) -> frozenset[str]:
        found = [self._names.read(item, self._problems, kind) for item in read.items(node, self._problems, key)]
        return frozenset(name for name in found if name is not None)

    # -- what occurred

    def occurred(self, kind: OccurrenceKind, key: str, node: Node) -> Checks:
        """A list: each at least once, and nothing where it is empty. A map: exactly so often."""
        if node.value == []:
            yield Expectation(node.place, key, NothingOccurred(kind))
        elif isinstance(node.value, list):
            for item in node.value:
                yield from self._occurrence(kind, key, item)
        else:
            for name, value in self._names.entries(node, self._problems, key, _KIND_OF[kind]):
                times = whole(value, self._problems, f"{key}.{name}", 0, MOST)
                yield Expectation(value.place, f"{key}.{name}", Occurred(kind, name, times))

    def not_fired(self, key: str, node: Node) -> Checks:
        for item in read.items(node, self._problems, key):
            name = self._names.read(item, self._problems, "reactor")
            if name is not None:
                yield Expectation(item.place, f"{key}.{name}", Occurred("fired", name, 0))

    def _occurrence(self, kind: OccurrenceKind, key: str, item: Node) -> Checks:
        """One item of a list: a name, or a map that asks for more."""
        if kind in ("fired", "limited") or not isinstance(item.value, dict):
            name = self._names.read(item, self._problems, _KIND_OF[kind])
            if name is not None:
                yield Expectation(item.place, f"{key}.{name}", Occurred(kind, name))
            return
        word = "name" if kind == "webhooks" else "event"
        more = ("url",) if kind == "webhooks" else ()
        fields = Fields(item, self._problems, f"an item of {key}", (word, "times", "body", *more))
        url, times, body = fields.get("url"), fields.get("times"), fields.get("body")
        named = fields.get(word) if url is not None else fields.need(word)
        name = CALL if named is None else self._names.read(named, self._problems, _KIND_OF[kind])
        asked = Occurred(
            kind,
            name or CALL,
            None if times is None else whole(times, self._problems, "times", 0, MOST),
            None if url is None else read.text(url, self._problems, "url"),
            self._body(body),
        )
        if name is not None:
            yield Expectation(item.place, f"{key}.{name}", asked)

    def _body(self, node: Node | None) -> Any:
        if node is not None and not isinstance(node.value, dict):
            read.wrong_type(node, self._problems, "body", "a map")
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
