"""Members registered, each in one transaction with the built-in event that says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.errors import BadInput
from database import Transaction
from database.members import Identity
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.events import NewEvent


class Raced(Exception):
    """Another transaction stored the same thing first. Asked again, the answer is another."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member to register; `tier` None is the program's lowest."""

    identity: Identity
    registered_at: datetime
    tier: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    password_hash: str | None = None


def hold(tx: Transaction, identity: Identity) -> None:
    """Let nobody else register any part of an identity until the transaction ends.

    What others registered under it is seen by whatever is asked after this.
    """
    parts = {
        "id": identity.id,
        "email": identity.email and identity.email.lower(),
        "phone": identity.phone and identity.phone.lower(),
        "card": identity.card,
    }
    for name, value in parts.items():  # in one order everywhere, so that no two wait for each other
        if value:
            tx.members.lock(f"identity/{name}/{value}")


def register(tx: Transaction, program: Program, revision: int, new: Newcomer, *, now: datetime) -> EventRef:
    """Register a member; answer the built-in event. Raise Raced where somebody else is that by now."""
    member_id = new.identity.id or new_id()
    lowest = program.tier_at(0)
    is_new = tx.members.register(
        new.identity,
        member_id=member_id,
        profile=new.profile,
        attributes=new.attributes,
        tier=new.tier or (lowest.name if lowest else None),
        password_hash=new.password_hash,
        registered_at=new.registered_at,
        now=now,
    )
    if not is_new:
        raise Raced
    event_id = new_id()
    tx.events.add(
        NewEvent(id=event_id, type="member_registered", member=member_id, time=now, body={}, revision=revision),
        now=now,
    )
    return EventRef(tx.store, event_id, "member_registered", member_id, revision)


def refuse_taken_id(path: str) -> BadInput:
    """The refusal of an id that a member of another store has: ids are unique everywhere."""
    message = "this id cannot be given to a new member: leave it out, and one is made"
    return BadInput.at(path, message, "alreadyUsed")
