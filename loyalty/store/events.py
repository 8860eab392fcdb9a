"""Events of a store, and their repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from loyalty.decisions.decision import Decision
from loyalty.references import StepResult
from rules.frozen import frozen_at_type_check

EventStatus: TypeAlias = Literal["received", "decided", "applied", "failed"]


@frozen_at_type_check
class Event:
    """An event, reported or built in, as rules see it. `time` is when it happened, aware UTC."""

    id: str
    type: str
    member: str
    time: datetime
    body: Mapping[str, Any]
    depth: int = 0
    """The number of events that caused one another before it."""


@frozen_at_type_check
class NewEvent:
    """An event to store. `time` is when it happened, `revision` the program in force when it was accepted."""

    id: str
    type: str
    member: str
    time: datetime
    body: Mapping[str, Any]
    revision: int
    external_id: str | None = None
    fingerprint: str | None = None
    customer_data: Mapping[str, Any] | None = None
    parent: str | None = None
    depth: int = 0


@frozen_at_type_check
class EventState:
    """An event with everything that a step of it starts from."""

    id: str
    type: str
    member: str
    time: datetime
    body: Mapping[str, Any]
    revision: int
    external_id: str | None
    parent: str | None
    depth: int
    received_at: datetime
    status: EventStatus
    decision: list[dict[str, Any]] | None
    """As `loyalty.decisions.decision_json` writes it; None before the event is decided."""
    step_result: dict[str, Any] | None
    """The stored result of the step, if it was run before."""
    clock_due_at: datetime | None
    """When the store's clock wakes up next; None: it knows no due item."""
    has_subscribers: bool
    """Whether the store has any live subscription."""
    owner: str | None = None
    """The id of the workflow that runs it; None: none yet."""
    is_next: bool = True
    """Whether it is the first event in its member's queue."""
    position: int | None = None
    """Its position in the member's queue; None: it is in none, since it is applied, failed, or part of its parent."""
    notice_days: Mapping[str, int | None] | None = None
    """The settings of notices by their names, as NoticeDays has them; None: they were never set."""
    is_frozen: bool = False
    """Whether its member is frozen: points that it gives wait until they are unfrozen, and none can be spent."""
    is_test: bool = False
    """Whether its member is a test member: it uses nothing that all members share."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is stored, without the results of its steps. Instants are aware UTC."""

    id: str
    type: str
    member: str
    external_id: str | None
    """The client's own id of the event."""
    customer_data: Mapping[str, str] | None
    """The parts of the member's identity that the client reported."""
    body: Mapping[str, Any]
    time: datetime
    received_at: datetime
    revision: int
    parent: str | None
    """The id of the event that caused it; None: a client reported it, or it was due."""
    status: EventStatus
    error: str | None
    """Why it failed."""
    decision: list[dict[str, Any]] | None
    """As `loyalty.decisions.decision_json` writes it; None before the event is decided."""
    removed_at: datetime | None = None
    """When its body, decision, steps and messages were removed, since it was old; None: they exist."""


@frozen_at_type_check
class ReportedId:
    """The id of an event that a client reported under an id of its own.

    `fingerprint` is a hash of the content, which distinguishes a repetition from another event under the same id.
    """

    id: str
    fingerprint: str | None


@frozen_at_type_check
class QueueHead:
    """The first event in a member's queue."""

    id: str
    status: EventStatus
    owner: str | None
    start_after: datetime | None
    """When the relay checks it."""
    member: str = ""


class EventReader(Protocol):
    """Reads events of a store."""

    def reported_as(self, external_id: str) -> ReportedId | None:
        """Return the id of the event to which a client gave this id."""

    def state(self, event_id: str, step: str) -> EventState | None:
        """Return an event with everything that the named step of it starts from."""

    def get(self, event_id: str) -> StoredEvent | None:
        """Return one event; in memory, only of those that can be returned."""

    def caused_by(self, event_id: str) -> Sequence[StoredEvent]:
        """Return the events that one caused, in the order in which it caused them; in memory as `get`."""

    def newest_of(self, member_id: str, type_: str, *, limit: int) -> Sequence[StoredEvent]:
        """Return the events of a type that a member has, the newest first; in memory as `get`."""

    def facts(self, event_id: str) -> Mapping[str, Any] | None:
        """Return what the decision on an event read; None: it was not stored, or removed."""


class EventRepository(EventReader, Protocol):
    """Events of a store."""

    def keep_facts(self, event_id: str, facts: Mapping[str, Any]) -> None:
        """Store what the decision on an event read."""

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event; return False if its id, or its external id, is stored already.

        An event without a parent is appended to its member's queue, as by `enqueue`.
        """

    def enqueue(self, new: NewEvent, *, now: datetime) -> int | None:
        """Store an event at the end of its member's queue, under the member's lock; return how many are before it.

        Return None if its id, or its external id, is stored already.
        """

    def store_outside(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event outside its member's queue, under the member's lock, where it waits for `join_queue`.

        Return False if its id, or its external id, is stored already.
        """

    def join_queue(self, event_id: str, *, now: datetime) -> None:
        """Put an event that was stored outside at the end of its member's queue."""

    def leave_to_relay(self, event_id: str, *, now: datetime) -> None:
        """Let the relay check an event now: no workflow is started for it here, or its owner is gone."""

    def set_owner(self, event_id: str, owner: str, *, now: datetime, parked: bool = False) -> None:
        """Store the id of the workflow that runs an event."""

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime, owner: str | None = None) -> None:
        """Store the decision on an event, and its new owner, if one is given."""

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Mark an event as applied and take it out of the queue; store `decision` if a step has added to it."""

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """Mark an event as failed, with the reason, and take it out of the queue."""

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Store the result of a step, so that running it again returns the same."""


class FailedEvents(Protocol):
    """Events of a store that failed, or are stuck."""

    def get(self, event_id: str) -> StoredEvent | None:
        """Return one event."""

    def root_of(self, event_id: str) -> str:
        """Return the id of the event without a parent that led to one."""

    def requeue(self, event: StoredEvent, *, now: datetime) -> None:
        """Move a failed event to the end of its member's queue, under the member's lock; the relay starts its workflow.

        It is `decided` if it was decided before, else `received`.
        """

    def leave_to_relay(self, event_id: str, *, now: datetime) -> None:
        """Let the relay check an event now."""

    def set_revision(self, event_id: str, revision: int) -> None:
        """Set the revision that decides an event and those that it caused, as far as they are not decided yet."""
