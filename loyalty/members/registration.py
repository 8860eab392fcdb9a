"""Register members, each in one transaction with the built-in event that reports it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from loyalty.ids import new_id
from loyalty.members.attributes import checked_attributes
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import (
    DifferentMembers,
    IdentityTaken,
    MemberIdTaken,
    MemberInactive,
    MissingIdentity,
    UnidentifiedMember,
    UnknownMember,
    UnknownMemberId,
    UnknownTier,
)
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity, KnownIdentity
from loyalty.store.repositories import StoreReaders, StoreRepositories


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to register. `tier` None is the program's lowest; `profile` is for people, not for rules.

    `active` False: the member waits for activation, and takes no part until then.
    """

    identity: Identity
    registered_at: datetime
    tier: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    password_hash: str | None = None
    active: bool = True
    is_test: bool = False


def register_member(
    tx: StoreRepositories, program: Program, revision: int, new: NewMember, *, now: datetime
) -> EventRef:
    """Register a member under the lock of their identity, and return the built-in event whose workflow is to start.

    Raise MissingIdentity, UnknownTier, IdentityTaken or ConcurrentInsert.
    """
    return _report(tx, revision, add_member(tx, program, new, now=now), now=now)


def add_member(tx: StoreRepositories, program: Program, new: NewMember, *, now: datetime) -> str:
    """Add a member under the lock of their identity, without an event; return the id.

    Raise MissingIdentity, UnknownTier, InvalidAttribute, IdentityTaken or ConcurrentInsert.
    """
    if not new.identity.can_register:
        raise MissingIdentity
    if new.tier is not None and program.tier_named(new.tier) is None:
        raise UnknownTier([tier.name for tier in program.tiers])
    attributes = checked_attributes(program, new.attributes)
    new = replace(new, identity=new.identity.written(program.region), attributes=attributes)
    tx.members.lock_identity(new.identity)
    check_free(tx, None, new.identity)
    return _insert(tx, program, new, now=now)


def find_or_register(
    tx: StoreRepositories, program: Program, revision: int, identity: Identity, *, now: datetime
) -> tuple[str, EventRef | None]:
    """Return the id of the member of an event, as `find_reported`, and the event to start if they are registered here.

    Raise UnidentifiedMember, MemberInactive, UnknownMember, UnknownMemberId or ConcurrentInsert.
    """
    if not identity:
        raise UnidentifiedMember
    identity = identity.written(program.region)
    found = tx.members.identities_matching(identity)
    member = _active(_reported(found, identity))
    if member is not None and not _unknown_parts(member, identity, found):
        return str(member.id), None
    tx.members.lock_identity(identity)
    found = tx.members.identities_matching(identity)  # the transaction that held the lock may have registered them
    member = _active(_reported(found, identity))
    if member is not None:
        _learn(tx, member, _unknown_parts(member, identity, found), now=now)
        return str(member.id), None
    check_registrable(tx.store, program, identity)
    member_id = _insert(tx, program, NewMember(identity, registered_at=now), now=now)
    return member_id, _report(tx, revision, member_id, now=now)


def find_reported(tx: StoreReaders, identity: Identity) -> str | None:
    """Return the id of the member of a reported event or sale; None: nobody has a part of the identity.

    If the parts belong to several members, it is the one with the first part, in the order id, email, phone, card.
    """
    member = _reported(tx.members.identities_matching(identity), identity)
    return None if member is None else str(member.id)


def find_member(tx: StoreReaders, identity: Identity) -> str | None:
    """Return the id of the only member with an identity; raise DifferentMembers. Unknown parts are ignored."""
    found = tx.members.identities_matching(identity)
    if len(found) > 1:
        raise DifferentMembers([str(each.id) for each in found])
    return str(found[0].id) if found else None


def check_free(tx: StoreReaders, member_id: str | None, identity: Identity) -> None:
    """Raise IdentityTaken if other members have parts of an identity, which must be locked."""
    others = [each for each in tx.members.identities_matching(identity) if each.id != member_id]
    taken = _taken_fields(identity, others)
    if taken:
        raise IdentityTaken(taken)


def _reported(found: Sequence[KnownIdentity], identity: Identity) -> KnownIdentity | None:
    """Return the one of these members who has the first part of an identity that any of them has."""
    if len(found) > 1:
        for part, key in identity.keys.items():
            for member in found:
                if _has(member, part, key):
                    return member
    return found[0] if found else None


def _has(member: KnownIdentity, part: str, key: str) -> bool:
    return any(known.keys.get(part) == key for known in (member, *member.merged))


def _active(member: KnownIdentity | None) -> KnownIdentity | None:
    """Return the member; raise MemberInactive."""
    if member is not None and not member.active:
        raise MemberInactive(str(member.id))
    return member


def _unknown_parts(member: KnownIdentity, identity: Identity, found: Sequence[KnownIdentity]) -> dict[str, str]:
    """Return the parts of an identity, as an event gives them, that the member lacks and no other of `found` has."""
    lacking = {
        part: value
        for part in ("email", "phone", "card")
        if getattr(member, part) is None and (value := getattr(identity, part))
    }
    taken = _taken_fields(identity, found) if lacking and len(found) > 1 else ()
    return {part: value for part, value in lacking.items() if part not in taken}


def _learn(tx: StoreRepositories, member: KnownIdentity, parts: Mapping[str, str], *, now: datetime) -> None:
    """Store parts of an identity that an event gives, and that are free, for matching.

    Only an empty part is filled, and it stays unconfirmed until the member confirms it.
    """
    if parts:
        tx.members.lock_member(str(member.id))
        known = Identity(member.id, member.email, member.phone, member.card)
        learned = ",".join(filter(None, (member.learned, *parts)))
        tx.members.learn(str(member.id), replace(known, **parts), learned=learned, now=now)


def check_registrable(store: str, program: Program, identity: Identity) -> None:
    """Raise UnknownMember or UnknownMemberId if an event must not register an unknown member with this identity."""
    if not program.registers_unknown_members:
        raise UnknownMember(store)
    if not identity.can_register:
        raise UnknownMemberId(identity.id)


def _insert(tx: StoreRepositories, program: Program, new: NewMember, *, now: datetime) -> str:
    """Insert a member, whose identity is locked and free; raise ConcurrentInsert if the member exists by now."""
    lowest = program.tier_at(0)
    member_id = new.identity.id or new_id()
    is_new = tx.members.register(
        new.identity,
        member_id=member_id,
        profile=new.profile,
        attributes=new.attributes,
        tier=new.tier or (lowest.name if lowest else None),
        password_hash=new.password_hash,
        registered_at=new.registered_at,
        now=now,
        active=new.active,
        is_test=new.is_test,
    )
    if not is_new:
        # Every other part of the identity is locked and free: a remaining conflict is the id of another store's member.
        raise ConcurrentInsert("member", refusal=MemberIdTaken(new.identity.id) if new.identity.id else None)
    return member_id


def _report(tx: StoreRepositories, revision: int, member_id: str, *, now: datetime) -> EventRef:
    """Store the `member_registered` event of a member."""
    event_id = new_id()
    tx.events.add(
        NewEvent(id=event_id, type="member_registered", member=member_id, time=now, body={}, revision=revision),
        now=now,
    )
    return EventRef(tx.store, event_id, "member_registered", member_id, revision)


def _taken_fields(identity: Identity, others: Sequence[KnownIdentity]) -> list[str]:
    """Return the parts of an identity, other than the id, that these members have."""
    taken = {part for other in others for known in (other, *other.merged) for part in known.keys.items()}
    return [name for name, key in identity.keys.items() if name != "id" and (name, key) in taken]
