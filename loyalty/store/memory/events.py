"""Events in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.decisions.decision import Decision
from loyalty.references import StepResult
from loyalty.store.events import EventState, NewEvent, ReportedId, StoredEvent
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.returnable_events import ReturnableEvents


class InMemoryEvents:
    """Keeps events until they are processed, and afterwards those that can be returned."""

    __slots__ = ("_has_subscribers", "_members", "_reported_ids", "kept", "outside", "states")

    def __init__(self, members: Mapping[str, MemberState], *, has_subscribers: bool) -> None:
        self._members = members
        self._has_subscribers = has_subscribers
        self.states: dict[str, EventState] = {}
        self.outside: dict[str, EventState] = {}
        """Events that wait outside their members' queues."""
        self.kept = ReturnableEvents()
        self._reported_ids: dict[str, ReportedId] = {}

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        if new.id in self.states:
            return False
        self.states[new.id] = EventState(
            new.id,
            new.type,
            new.member,
            new.time,
            new.body,
            new.revision,
            new.external_id,
            new.parent,
            new.depth,
            now,
            "received",
            None,
            None,
            None,
            self._has_subscribers,
        )
        member = self._members.get(new.member)
        if member is not None and member.keeps_history:
            self.kept.add(new, now=now)
        if new.external_id is not None:
            self._reported_ids[new.external_id] = ReportedId(new.id, new.fingerprint)
        return True

    def reported_as(self, external_id: str) -> ReportedId | None:
        return self._reported_ids.get(external_id)

    def state(self, event_id: str, step: str) -> EventState | None:  # noqa: ARG002 - no step is run twice
        found = self.states.get(event_id)
        member = None if found is None else self._members.get(found.member)
        if found is None or member is None:
            return found
        is_frozen, is_test = member.member.frozen_at is not None, member.member.is_test
        return replace(found, is_frozen=is_frozen, is_test=is_test) if is_frozen or is_test else found

    def enqueue(self, new: NewEvent, *, now: datetime) -> int | None:
        """Store an event; return 0, since each is processed before the next."""
        return 0 if self.add(new, now=now) else None

    def store_outside(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event that waits until it joins its member's queue."""
        if not self.add(new, now=now):
            return False
        self.outside[new.id] = self.states.pop(new.id)
        return True

    def join_queue(self, event_id: str, *, now: datetime) -> None:  # noqa: ARG002 - it keeps when it was stored
        self.states[event_id] = self.outside.pop(event_id)

    def leave_to_relay(self, event_id: str, *, now: datetime) -> None:
        """Do nothing: no workflow starts later."""

    def set_owner(self, event_id: str, owner: str, *, now: datetime, parked: bool = False) -> None:
        """Do nothing: there are no workflows."""

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime, owner: str | None = None) -> None:  # noqa: ARG002 - not kept
        """Store the decision on a returnable event; the event's context has all others."""
        self.kept.decide(event_id, decision)

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Do nothing: a processed event is dropped."""

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """Do nothing: the event's context has the error."""

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Do nothing: no step runs twice."""

    def get(self, event_id: str) -> StoredEvent | None:
        return self.kept.get(event_id)

    def caused_by(self, event_id: str) -> Sequence[StoredEvent]:
        return self.kept.caused_by(event_id)

    def newest_of(self, member_id: str, type_: str, *, limit: int) -> Sequence[StoredEvent]:
        return self.kept.newest_of(member_id, type_)[:limit]

    def facts(self, event_id: str) -> Mapping[str, Any] | None:
        return self.kept.facts.get(event_id)

    def keep_facts(self, event_id: str, facts: Mapping[str, Any]) -> None:
        self.kept.facts[event_id] = facts

    def forget(self) -> None:
        """Drop the processed events."""
        self.states.clear()
