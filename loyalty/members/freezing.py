"""Freeze a member: they earn pending points, cannot spend, and nothing of theirs expires."""

from typing import Final

from loyalty.events.operations import OperationContext
from loyalty.members.closing import require_open

MAX_REASON: Final = 500
"""The most characters of the reason for freezing or unfreezing."""


def freeze_member(operation: OperationContext, member_id: str, reason: str) -> None:
    """Freeze a member.

    For a frozen one nothing happens: the first reason stays, and no event is recorded. Raise MemberClosed.
    """
    operation.lock_members(member_id)
    require_open(operation.tx, member_id)
    if operation.tx.members.participation(member_id).frozen:
        return
    operation.tx.members.set_frozen(member_id, operation.now, reason, now=operation.now)
    operation.record(operation.new_event_id(), "member_frozen", member_id, {"reason": reason})


def unfreeze_member(operation: OperationContext, member_id: str, reason: str = "") -> None:
    """Unfreeze a member: points pending due to the freeze, and items that fell due meanwhile, are due now.

    For a member who is not frozen nothing happens, and no event is recorded.
    """
    operation.lock_members(member_id)
    if not operation.tx.members.participation(member_id).frozen:
        return
    operation.tx.members.set_frozen(member_id, None, None, now=operation.now)
    operation.tx.due_items.thaw(member_id, now=operation.now)
    operation.record(operation.new_event_id(), "member_unfrozen", member_id, {"reason": reason})
