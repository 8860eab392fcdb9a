"""Accept a reported event: find its member, and store it unless it is known, in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rules
from loyalty.ids import new_id
from loyalty.members.registration import find_or_register
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import EventIdReused, MemberInactive
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from loyalty.store.repositories import StoreReaders, StoreRepositories
from loyalty.transactions.reversing import note_reversal, note_reversible, reversal_of, reverses_something

MAX_QUEUE = 25
"""An event's workflow starts at once if at most this many events are before it in its member's queue."""


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """An event that a client reports, validated against its event type and not yet stored. `time` is aware UTC."""

    type: str
    time: datetime
    body: Mapping[str, Any]
    identity: Identity
    customer_data: Mapping[str, str]
    external_id: str | None
    """The client's own id of the event, which makes reporting it idempotent."""

    def fingerprint(self) -> str:
        """Return a hash of the content, independent of the order of its fields."""
        content = [self.type, self.time.isoformat(), _sorted(self.customer_data), _sorted(self.body)]
        return hashlib.sha256(rules.exact.dumps(content).encode()).hexdigest()

    def to_store(self, member_id: str, *, revision: int, fingerprint: str | None) -> NewEvent:
        """Return the event with a new id, as it is stored for a member."""
        return NewEvent(
            id=new_id(),
            type=self.type,
            member=member_id,
            time=self.time,
            body=self.body,
            revision=revision,
            external_id=self.external_id,
            fingerprint=fingerprint,
            customer_data=self.customer_data,
        )


@dataclass(frozen=True, slots=True)
class AcceptedEvent:
    """The id of a stored event, and the events whose workflows are to start.

    None starts for a repeated event, nor behind a long queue: the relay runs those in batches.
    """

    event_id: str
    to_start: tuple[EventRef, ...] = ()
    is_repeated: bool = False
    """Whether the event was stored before."""

    @property
    def stored(self) -> int:
        """The number of stored events: this one, and possibly that of its member's registration."""
        registrations = sum(each.type == "member_registered" for each in self.to_start)
        return 0 if self.is_repeated else 1 + registrations


def accept_event(
    tx: StoreRepositories, program: Program, revision: int, event: IncomingEvent, *, now: datetime
) -> AcceptedEvent:
    """Store an event once, and register its member if the program says so.

    An event that reverses one which is not known yet is stored outside the queue, and runs once the other arrives.
    Raise EventIdReused, ConcurrentInsert, a ReversalRefusal, or what `find_or_register` raises.
    """
    fingerprint = event.fingerprint() if event.external_id is not None else None
    if repeated := _repetition(tx, event, fingerprint):
        return repeated
    member_id, registered = find_or_register(tx, program, revision, event.identity, now=now)
    new = event.to_store(member_id, revision=revision, fingerprint=fingerprint)
    if reverses_something(program, new.type):
        tx.members.lock_member(member_id)
        if repeated := _repetition(tx, event, fingerprint):  # stored while this waited for the member's lock
            return repeated
    reversal = reversal_of(tx, program, new)
    waits = reversal is not None and reversal.reversed is None
    ahead = _stored(tx, new, outside=waits, now=now)
    if ahead is None:
        raise ConcurrentInsert("event")
    if reversal is not None:
        note_reversal(tx, program, reversal, now=now)
    joined = note_reversible(tx, program, [new], now=now)
    if registered is None and not tx.members.is_active(member_id):  # closed while this waited for the member's lock
        raise MemberInactive(member_id)
    if ahead > MAX_QUEUE:
        tx.events.leave_to_relay(new.id, now=now)
        return AcceptedEvent(new.id)
    accepted = [] if waits else [EventRef(tx.store, new.id, new.type, member_id, revision)]
    return AcceptedEvent(new.id, (*([] if registered is None else [registered]), *accepted, *joined))


def _stored(tx: StoreRepositories, new: NewEvent, *, outside: bool, now: datetime) -> int | None:
    """Store an event, and return how many are before it in its member's queue; None: it was stored before."""
    if outside:
        return 0 if tx.events.store_outside(new, now=now) else None
    return tx.events.enqueue(new, now=now)


def accepted_before(tx: StoreReaders, event: IncomingEvent) -> AcceptedEvent | None:
    """Return the earlier answer for the same external id and content; raise EventIdReused for other content."""
    return _repetition(tx, event, event.fingerprint())


def _repetition(tx: StoreReaders, event: IncomingEvent, fingerprint: str | None) -> AcceptedEvent | None:
    if event.external_id is None or not (known := tx.events.reported_as(event.external_id)):
        return None
    if known.fingerprint not in (None, fingerprint):  # an anonymised member's event keeps no content to compare
        raise EventIdReused(known.id)
    return AcceptedEvent(known.id, is_repeated=True)


def _sorted(value: Any) -> Any:
    """Return the value with the keys of every object sorted."""
    match value:
        case Mapping():
            return {key: _sorted(value[key]) for key in sorted(value)}
        case list():
            return [_sorted(element) for element in value]
        case _:
            return value
