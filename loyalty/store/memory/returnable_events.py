"""Returnable events of an in-memory store, and all that they caused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import to_json
from loyalty.store.contributions import Contribution, ContributionKind
from loyalty.store.events import NewEvent, StoredEvent
from loyalty.store.returnable import ReturnableEvent

TRANSACTIONS: Final = frozenset({"transaction", "transaction_returned"})


class ReturnableEvents:
    """Events, their decisions, what these read, and their contributions."""

    def __init__(self) -> None:
        self.types: frozenset[str] = TRANSACTIONS
        """The types of events that are kept, with all that they cause."""
        self.facts: dict[str, Mapping[str, Any]] = {}
        self._events: dict[str, StoredEvent] = {}
        self._of_member: dict[str, list[str]] = {}
        self._caused: dict[str, list[str]] = {}
        self._contributions: dict[str, dict[tuple[str, str, date, str], Contribution]] = {}

    def add(self, new: NewEvent, *, now: datetime) -> None:
        """Keep an event that can be returned, or was caused by one that can."""
        if new.type not in self.types and new.parent not in self._events:
            return
        self._keep(
            StoredEvent(
                new.id,
                new.type,
                new.member,
                new.external_id,
                None,
                new.body,
                new.time,
                now,
                new.revision,
                new.parent,
                "received",
                None,
                None,
            )
        )

    def load(self, earlier: Sequence[ReturnableEvent]) -> None:
        """Load past events, in the order of receipt."""
        for each in earlier:
            self._keep(each.event)
            if each.facts is not None:
                self.facts[each.event.id] = each.facts
            self.contribute(each.event.id, each.contributions)

    def unload(self, member_id: str) -> list[ReturnableEvent]:
        """Remove the events of a member, and return them in the order of receipt."""
        found: list[ReturnableEvent] = []
        for event_id in self._of_member.pop(member_id, ()):
            self._caused.pop(event_id, None)
            contributions = self._contributions.pop(event_id, {})
            event, facts = self._events.pop(event_id), self.facts.pop(event_id, None)
            found.append(ReturnableEvent(event, facts, tuple(contributions.values())))
        return found

    def _keep(self, event: StoredEvent) -> None:
        self._events[event.id] = event
        self._of_member.setdefault(event.member, []).append(event.id)
        if event.parent is not None:
            self._caused.setdefault(event.parent, []).append(event.id)

    def decide(self, event_id: str, decision: Decision) -> None:
        """Store the decision on an event."""
        if event_id in self._events:
            self._events[event_id] = replace(self._events[event_id], status="applied", decision=to_json(decision))

    def get(self, event_id: str) -> StoredEvent | None:
        return self._events.get(event_id)

    def caused_by(self, event_id: str) -> Sequence[StoredEvent]:
        return [self._events[each] for each in self._caused.get(event_id, ())]

    def newest_of(self, member_id: str, type_: str) -> Sequence[StoredEvent]:
        mine = [self._events[each] for each in self._of_member.get(member_id, ())]
        return [each for each in mine if each.type == type_][::-1]

    def contribute(self, event_id: str, contributions: Sequence[Contribution]) -> None:
        """Add to the contributions of an event."""
        if event_id not in self._events:
            return
        known = self._contributions.setdefault(event_id, {})
        for each in contributions:
            key = each.kind, each.name, each.day, each.value
            before = known.get(key)
            amount, times = (0, 0) if before is None else (before.amount, before.times)
            known[key] = Contribution(*key, amount + each.amount, times + each.times)

    def contributions_of(self, event_ids: Sequence[str]) -> Sequence[tuple[str, Contribution]]:
        return [
            (event_id, each)
            for event_id in sorted(event_ids)
            for _, each in sorted(self._contributions.get(event_id, {}).items(), key=lambda pair: pair[0])
        ]

    def counted_on(self, member_id: str, measure: tuple[str, date, str]) -> Sequence[tuple[str, Contribution]]:
        return [
            (event_id, each)
            for event_id in self._of_member.get(member_id, ())
            for each in self._contributions.get(event_id, {}).values()
            if each.kind in ("counted", "used", "beyond") and (each.name, each.day, each.value) == measure
        ]

    def of_achievement(
        self, kind: ContributionKind, member_id: str, achievement: str
    ) -> Sequence[tuple[str, Contribution]]:
        return [
            (event_id, each)
            for event_id in self._of_member.get(member_id, ())
            for each in self._contributions.get(event_id, {}).values()
            if each.kind == kind and each.name == achievement
        ]
