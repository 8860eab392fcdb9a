"""Operations that change a member: identity, profile, attributes, tier. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from loyalty.events.operations import OperationContext
from loyalty.members.attributes import checked_attributes
from loyalty.members.closing import require_open
from loyalty.members.registration import check_free
from loyalty.program.tiers import Tier
from loyalty.refusals import MissingIdentity, TooManyAttributes, UnknownAttribute, UnknownTier
from loyalty.store.members import Identity, Member
from loyalty.tiers.operations import AssignTier, put_by_hand
from loyalty.tiers.rising import judge_months
from rules import exact

MAX_ATTRIBUTES = 200
"""The most attributes of one member."""

_WORDS = {"firstName": "first_name", "lastName": "last_name", "birthDate": "birth_date"}
"""Fields of profiles that have another name in `member_updated`."""


@dataclass(frozen=True, slots=True)
class MemberChanges:
    """What to change of a member. An absent field stays as it is; None removes a part of the identity or a field.

    `identity`: by `email`, `phone` and `card`. `attributes`: those to set, or to remove by None. `tier`: the name of
    the one to enter by hand.
    """

    identity: Mapping[str, str | None] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    registered_at: datetime | None = None
    tier: str | None = None
    is_test: bool | None = None
    """Whether the member is one for tests; None: leave unchanged."""


def update_member(operation: OperationContext, member_id: str, changes: MemberChanges) -> list[str]:
    """Change a member; return the names of changed fields, as `member_updated` has them. No change: no event.

    Raise IdentityTaken, MissingIdentity, UnknownTier, InvalidAttribute or TooManyAttributes.
    """
    tx, now = operation.tx, operation.now
    tier = None if changes.tier is None else _tier(operation, changes.tier)
    parts = written_parts(operation, changes.identity)
    tx.members.lock_identity(Identity(**parts))  # before the member, in the lock order of registration
    operation.lock_members(member_id)
    require_open(tx, member_id)
    member = operation.facts_of(member_id)
    identity = replace(Identity(member_id, member.email, member.phone, member.card), **parts)
    if not identity.can_register:
        raise MissingIdentity
    check_free(tx, member_id, Identity(**parts))
    changed = _changed_parts(member, identity)
    profile = _merged(member.profile, changes.profile)
    changed += [_WORDS.get(name, name) for name in changes.profile if profile.get(name) != member.profile.get(name)]
    registered_at = changes.registered_at or member.registered_at
    changed += ["registered_at"] if registered_at != member.registered_at else []
    if changed:
        tx.members.change(member_id, identity=identity, profile=profile, registered_at=registered_at, now=now)
    changed += _set_attributes(operation, member, _with_changes(operation, member, changes.attributes))
    if changes.is_test not in (None, member.is_test):
        tx.members.set_test(member_id, bool(changes.is_test), now=now)
        changed.append("test")
    if tier is not None and tier.name != member.tier:
        changed.append("tier")
    if changed:
        report_change(operation, member_id, changed)
    if tier is not None and tier.name != member.tier:
        put_by_hand(operation, AssignTier(member_id, tier.name))
    if registered_at != member.registered_at:
        judge_months(operation, member_id)
    return changed


def written_parts(operation: OperationContext, parts: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return parts of an identity in their stored form."""
    written = Identity(**parts).written(operation.program.region)
    return {part: getattr(written, part) for part in parts}


def change_identity(operation: OperationContext, member_id: str, parts: Mapping[str, str | None]) -> None:
    """Change parts of a member's identity; both these parts and the member are locked. Raise IdentityTaken."""
    tx, member = operation.tx, operation.facts_of(member_id)
    check_free(tx, member_id, Identity(**parts))
    identity = replace(Identity(member_id, member.email, member.phone, member.card), **parts)
    changed = _changed_parts(member, identity)
    if changed:
        profile, since = member.profile, member.registered_at
        tx.members.change(member_id, identity=identity, profile=profile, registered_at=since, now=operation.now)
        report_change(operation, member_id, changed)


def delete_attributes(operation: OperationContext, member_id: str, expected: Mapping[str, str | None]) -> None:
    """Remove attributes of a member by name; where a value is given, only with that value, as text.

    Raise UnknownAttribute, and then nothing is removed.
    """
    operation.lock_members(member_id)
    member = operation.facts_of(member_id)
    for name, value in expected.items():
        if name not in member.attributes or value not in (None, _as_text(member.attributes[name])):
            raise UnknownAttribute(name)
    kept = {name: value for name, value in member.attributes.items() if name not in expected}
    if changed := _set_attributes(operation, member, kept):
        report_change(operation, member_id, changed)


def deactivate_member(operation: OperationContext, member_id: str) -> None:
    """Exclude a member from the program, and end their sessions.

    For an inactive one nothing happens, and no event is recorded.
    """
    operation.lock_members(member_id)
    if not operation.tx.members.is_active(member_id):
        return
    operation.tx.members.set_active(member_id, False, now=operation.now)
    operation.tx.members.end_sessions(member_id)
    operation.tx.codes.end_all(member_id, now=operation.now)
    operation.record(operation.new_event_id(), "member_deactivated", member_id, {})


def activate_member(operation: OperationContext, member_id: str) -> None:
    """Let a member take part, for the first time or again.

    For an active one nothing happens, and no event is recorded.
    """
    operation.lock_members(member_id)
    if operation.tx.members.is_active(member_id):
        return
    require_open(operation.tx, member_id)
    operation.tx.members.set_active(member_id, True, now=operation.now)
    operation.record(operation.new_event_id(), "member_activated", member_id, {})


def _tier(operation: OperationContext, name: str) -> Tier:
    tier = operation.program.tier_named(name)
    if tier is None:
        raise UnknownTier([each.name for each in operation.program.tiers])
    return tier


def _changed_parts(member: Member, identity: Identity) -> list[str]:
    parts = {
        "email": (member.email, identity.email),
        "phone": (member.phone, identity.phone),
        "card": (member.card, identity.card),
    }
    return [name for name, (before, after) in parts.items() if before != after]


def _merged(profile: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a profile with changed fields; None removes one."""
    return {name: value for name, value in {**profile, **changes}.items() if value is not None}


def _with_changes(operation: OperationContext, member: Member, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of a member with changes; None removes one. Raise InvalidAttribute."""
    removed = {name for name, value in changes.items() if value is None}
    kept = {name: value for name, value in member.attributes.items() if name not in removed}
    written = {name: value for name, value in changes.items() if name not in removed}
    return kept | checked_attributes(operation.program, written)


def _set_attributes(operation: OperationContext, member: Member, attributes: Mapping[str, Any]) -> list[str]:
    """Replace a member's attributes; return `attributes` if that changes something."""
    if attributes == member.attributes:
        return []
    if len(attributes) > max(MAX_ATTRIBUTES, len(member.attributes)):
        raise TooManyAttributes(MAX_ATTRIBUTES)
    operation.tx.members.set_attributes(member.id, attributes, now=operation.now)
    return ["attributes"]


def report_change(operation: OperationContext, member_id: str, changed: list[str]) -> None:
    """Record `member_updated` with the names of what changed."""
    operation.record(operation.new_event_id(), "member_updated", member_id, {"fields": sorted(changed)})


def _as_text(value: Any) -> str:
    """Return an attribute as text: rules may have set a number or a boolean."""
    return value if isinstance(value, str) else exact.dumps(value)
