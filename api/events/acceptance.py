"""The acceptance of a reported event: whose it is, and whether it is new, in one transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rules
from api.dependencies import StoreCall
from api.errors import BadInput
from api.members.registration import Newcomer, Raced, hold, refuse_taken_id, register
from database import Transaction
from database.members import Identity
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.events import NewEvent

MOST_TRIES = 3
"""Transactions tried where others store the same at once: what they stored, the next one finds."""

CUSTOMER = "event.customerData"


@dataclass(frozen=True, slots=True)
class Report:
    """What a client says happened, checked as far as it can be without the database."""

    type: str
    time: datetime
    body: Mapping[str, Any]
    identity: Identity
    customer_data: Mapping[str, str]
    external_id: str | None
    """The client's own id for it: with one, the report is safe to repeat."""

    def fingerprint(self) -> str:
        """The same for the same content, however it was written."""
        content = [self.type, self.time.isoformat(), _sorted(self.customer_data), _sorted(self.body)]
        return hashlib.sha256(rules.exact.dumps(content).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The id of a stored event, and the workflows to start: none for a repetition."""

    event_id: str
    to_start: tuple[EventRef, ...] = ()


async def accept(call: StoreCall, report: Report) -> Accepted:
    """Store an event; raise BadInput where it contradicts what is known."""
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            return await call.database.write(lambda tx: _accept(tx, call, report))
        except Raced:
            if not tries_left and report.identity.id is None:
                raise
    # Whoever has another part of the identity was found by it: in the way is the id of another store's member.
    raise refuse_taken_id(f"{CUSTOMER}.customerId")


async def accepted_before(call: StoreCall, report: Report) -> Accepted | None:
    """What a report was answered before, if it is a repetition; raise BadInput where its id was another event's."""
    return await call.database.read(lambda tx: _repeated(tx, report, report.fingerprint()))


def _repeated(tx: Transaction, report: Report, fingerprint: str | None) -> Accepted | None:
    if report.external_id is None or not (known := tx.events.by_external_id(report.external_id)):
        return None
    if known["fingerprint"] != fingerprint:
        message = f"this id was used for another event, {known['id']}: give each event an id of its own"
        raise BadInput.at("event.eventId", message, "eventIdReused")
    return Accepted(known["id"])


def _accept(tx: Transaction, call: StoreCall, report: Report) -> Accepted:
    fingerprint = report.fingerprint() if report.external_id is not None else None
    if repeated := _repeated(tx, report, fingerprint):
        return repeated
    member_id = member_of(tx, report.identity)
    if member_id is None:
        hold(tx, report.identity)
        member_id = member_of(tx, report.identity)  # whoever held it before may have registered them
    registered: tuple[EventRef, ...] = ()
    if member_id is None:
        registered = (_register(tx, call, report.identity),)
        member_id = registered[0].member
    new = NewEvent(
        id=new_id(),
        type=report.type,
        member=member_id,
        time=report.time,
        body=report.body,
        revision=call.revision,
        external_id=report.external_id,
        fingerprint=fingerprint,
        customer_data=report.customer_data,
    )
    if not tx.events.add(new, now=call.now):
        raise Raced
    return Accepted(new.id, (*registered, EventRef(call.store, new.id, new.type, member_id, call.revision)))


def member_of(tx: Transaction, identity: Identity) -> str | None:
    """The one member that an identity names; parts that nobody has are no contradiction."""
    match [row["id"] for row in tx.members.matching(identity)]:
        case []:
            return None
        case [only]:
            return str(only)
        case _:
            message = "the parts name different members: send those of one, or just one part"
            raise BadInput.at(CUSTOMER, message, "differentMembers")


def _register(tx: Transaction, call: StoreCall, identity: Identity) -> EventRef:
    refuse_unregistrable(call.store, call.program, identity)
    newcomer = Newcomer(identity, registered_at=call.now)
    return register(tx, call.program, call.revision, newcomer, now=call.now)


def refuse_unregistrable(store: str, program: Program, identity: Identity) -> None:
    """Raise BadInput where an event does not register somebody unknown."""
    if not program.registers_unknown_members:
        message = f"nobody in {store} is known by this: register them first, by POST /api/{store}/member"
        raise BadInput.at(CUSTOMER, message, "unknownMember")
    if not (identity.email or identity.phone or identity.card):
        message = "no member has this id: to register one, send an email, a phone or a loyaltyCardNumber, too"
        raise BadInput.at(f"{CUSTOMER}.customerId", message, "unknownMember")


def _sorted(value: Any) -> Any:
    """The value with every object's keys in order."""
    match value:
        case Mapping():
            return {key: _sorted(value[key]) for key in sorted(value)}
        case list():
            return [_sorted(element) for element in value]
        case _:
            return value
