"""Accepting a reported event: whose it is, and whether it is new, in one transaction."""

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

MAX_QUEUE = 25
"""How many events may be before an event in its member's queue for its workflow to be started at once."""


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
        """A hash of the content, whatever the order of its fields."""
        content = [self.type, self.time.isoformat(), _sorted(self.customer_data), _sorted(self.body)]
        return hashlib.sha256(rules.exact.dumps(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AcceptedEvent:
    """The id of a stored event, and the events whose workflows are to start.

    None is started for a repetition, nor behind a long queue: the relay runs those in batches.
    """

    event_id: str
    to_start: tuple[EventRef, ...] = ()
    is_repeated: bool = False
    """It was stored before."""

    @property
    def stored(self) -> int:
        """How many events were stored: this one, and maybe that of its member's registration."""
        return 0 if self.is_repeated else max(1, len(self.to_start))


def accept_event(
    tx: StoreRepositories, program: Program, revision: int, event: IncomingEvent, *, now: datetime
) -> AcceptedEvent:
    """Store an event once, and register its member if the program says so.

    Raise EventIdReused, ConcurrentInsert, or what `find_or_register` raises.
    """
    fingerprint = event.fingerprint() if event.external_id is not None else None
    if repeated := _repetition(tx, event, fingerprint):
        return repeated
    member_id, registered = find_or_register(tx, program, revision, event.identity, now=now)
    new = NewEvent(
        id=new_id(),
        type=event.type,
        member=member_id,
        time=event.time,
        body=event.body,
        revision=revision,
        external_id=event.external_id,
        fingerprint=fingerprint,
        customer_data=event.customer_data,
    )
    ahead = tx.events.enqueue(new, now=now)
    if ahead is None:
        raise ConcurrentInsert("event")
    if registered is None and not tx.members.is_active(member_id):  # closed while this waited for the member's lock
        raise MemberInactive(member_id)
    if ahead > MAX_QUEUE:
        tx.events.leave_to_relay(new.id, now=now)
        return AcceptedEvent(new.id)
    accepted = EventRef(tx.store, new.id, new.type, member_id, revision)
    return AcceptedEvent(new.id, (accepted,) if registered is None else (registered, accepted))


def accepted_before(tx: StoreReaders, event: IncomingEvent) -> AcceptedEvent | None:
    """What was answered to an event with the same external id and content; raise EventIdReused for other content."""
    return _repetition(tx, event, event.fingerprint())


def _repetition(tx: StoreReaders, event: IncomingEvent, fingerprint: str | None) -> AcceptedEvent | None:
    if event.external_id is None or not (known := tx.events.reported_as(event.external_id)):
        return None
    if known.fingerprint not in (None, fingerprint):  # none is left of a member who was anonymised
        raise EventIdReused(known.id)
    return AcceptedEvent(known.id, is_repeated=True)


def _sorted(value: Any) -> Any:
    """The value with the keys of every object in order."""
    match value:
        case Mapping():
            return {key: _sorted(value[key]) for key in sorted(value)}
        case list():
            return [_sorted(element) for element in value]
        case _:
            return value
