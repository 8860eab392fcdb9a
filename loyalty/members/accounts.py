"""The account of a member: register without activation, activate, change the password, email or phone."""

import contextlib
from dataclasses import replace
from typing import Literal, TypeAlias

from loyalty.events.operations import OperationContext
from loyalty.members.changes import activate_member, change_identity, written_parts
from loyalty.members.closing import require_open
from loyalty.members.codes import confirmed, find_code, make_code, redeem
from loyalty.members.registration import NewMember, add_member
from loyalty.refusals import NotWaiting, TooManyCodes, WrongPassword
from loyalty.store.codes import CodePurpose
from loyalty.store.members import Identity

Changeable: TypeAlias = Literal["email", "phone"]

_CHANGEABLE: tuple[CodePurpose, ...] = ("email", "phone")


def register_inactive(operation: OperationContext, new: NewMember) -> str:
    """Register an inactive member, whom a code activates; return the id. Raise what `add_member` raises."""
    member_id = add_member(operation.tx, operation.program, replace(new, active=False), now=operation.now)
    operation.lock_members(member_id)
    code = make_code(operation, member_id, "activation")
    operation.record(operation.new_event_id(), "member_registered_without_activation", member_id, {"code_id": code})
    return member_id


def send_activation_code(operation: OperationContext, member_id: str) -> None:
    """Send a new activation code, which replaces the previous one. Raise NotWaiting or TooManyCodes."""
    operation.lock_members(member_id)
    if not operation.tx.members.waits_for_activation(member_id):
        raise NotWaiting(member_id)
    code = make_code(operation, member_id, "activation")
    operation.record(operation.new_event_id(), "member_activation_code_requested", member_id, {"code_id": code})


def resend_activation_code(operation: OperationContext, phone: str) -> None:
    """Send a new activation code to the waiting member with this phone; do not reveal whether there is one."""
    member_id = _only(operation, Identity(phone=phone))
    if member_id is not None:
        with contextlib.suppress(NotWaiting, TooManyCodes):
            send_activation_code(operation, member_id)


def activate_by_code(operation: OperationContext, given: str, identity: Identity) -> bool:
    """Activate the member with this code; return whether the code is valid. The unit of work must be committed."""
    code = find_code(operation, given, identity, "activation")
    if code is None or not redeem(operation, code, given):
        return False
    if not operation.tx.members.waits_for_activation(code.member):
        return False
    activate_member(operation, code.member)
    return True


def request_password_reset(operation: OperationContext, username: str) -> None:
    """Send a password reset code to the active member of this name; do not reveal whether there is one."""
    for identity in (Identity(email=username), Identity(phone=username), Identity(card=username)):
        member_id = _only(operation, identity)
        if member_id is not None:
            break
    else:
        return
    operation.lock_members(member_id)
    if not operation.tx.members.is_active(member_id):
        return
    try:
        code = make_code(operation, member_id, "password")
    except TooManyCodes:
        return
    operation.record(operation.new_event_id(), "member_password_reset_requested", member_id, {"code_id": code})


def reset_password(operation: OperationContext, given: str, identity: Identity, password_hash: str) -> bool:
    """Set the password of the member with this code; return whether it is valid. The unit of work must be committed."""
    code = find_code(operation, given, identity, "password")
    if code is None or not redeem(operation, code, given) or not operation.tx.members.is_active(code.member):
        return False
    set_password(operation, code.member, password_hash)
    return True


def set_password(operation: OperationContext, member_id: str, password_hash: str) -> None:
    """Set a member's password, end all their sessions, and invalidate their password codes."""
    operation.lock_members(member_id)
    require_open(operation.tx, member_id)
    operation.tx.members.set_password(member_id, password_hash, now=operation.now)
    operation.tx.members.end_sessions(member_id)
    latest = operation.tx.codes.latest(member_id, "password")
    if latest is not None:
        operation.tx.codes.end(latest.id, now=operation.now)
    operation.record(operation.new_event_id(), "member_password_changed", member_id, {})


def change_password(operation: OperationContext, member_id: str, password_hash: str, *, verified: str | None) -> None:
    """Set a member's password, whose present hash was verified; raise WrongPassword if it has changed since."""
    operation.lock_members(member_id)
    if verified is None or operation.tx.members.password_hash(member_id) != verified:
        raise WrongPassword
    set_password(operation, member_id, password_hash)


def request_change(operation: OperationContext, member_id: str, part: Changeable, value: str) -> None:
    """Send a code to the new email or phone of a member; the old one stays until they confirm.

    Only the holder of the code learns whether another member has it. Raise MemberInactive or TooManyCodes.
    """
    operation.lock_members(member_id)
    operation.require_active(member_id)
    new = written_parts(operation, {part: value})[part]
    if new is None or getattr(operation.facts_of(member_id), part) == new:
        return
    code = make_code(operation, member_id, part, new)
    operation.record(operation.new_event_id(), f"member_{part}_change_requested", member_id, {"code_id": code})


def confirm_change(operation: OperationContext, given: str, identity: Identity) -> bool:
    """Set the new email or phone of the member with this code; return whether it is valid. Raise IdentityTaken.

    The unit of work must be committed.
    """
    code = find_code(operation, given, identity, *_CHANGEABLE)
    if code is None or code.value is None:
        return False
    new: dict[str, str | None] = {code.purpose: code.value}
    operation.tx.members.lock_identity(Identity(**new))  # before the member, in the lock order of registration
    if not redeem(operation, code, given) or not operation.tx.members.is_active(code.member):
        return False
    change_identity(operation, code.member, new)
    return True


def _only(operation: OperationContext, identity: Identity) -> str | None:
    """Return the id of the only member with an identity, if they have confirmed it."""
    found = confirmed(operation, identity)
    return str(found[0].id) if len(found) == 1 else None
