"""Freezing a member: they go on earning, what they earn is pending, they spend nothing, and what expires waits."""

from typing import Final

from loyalty.events.operations import OperationContext
from loyalty.members.closing import require_open

MAX_REASON: Final = 500
"""Characters of the reason why a member is frozen, or unfrozen."""


def freeze_member(operation: OperationContext, member_id: str, reason: str) -> None:
    """Freeze a member. One who is frozen stays so, for the reason that was given first, without an event.

    Raise MemberClosed.
    """
    operation.lock_members(member_id)
    require_open(operation.tx, member_id)
    if operation.tx.members.participation(member_id).frozen:
        return
    operation.tx.members.set_frozen(member_id, operation.now, reason, now=operation.now)
    operation.record(operation.new_event_id(), "member_frozen", member_id, {"reason": reason})


def unfreeze_member(operation: OperationContext, member_id: str, reason: str = "") -> None:
    """Unfreeze a member: what is pending since they were frozen, and what fell due meanwhile, is due now.

    One who is not frozen stays so, without an event.
    """
    operation.lock_members(member_id)
    if not operation.tx.members.participation(member_id).frozen:
        return
    operation.tx.members.set_frozen(member_id, None, None, now=operation.now)
    operation.tx.due_items.thaw(member_id, now=operation.now)
    operation.record(operation.new_event_id(), "member_unfrozen", member_id, {"reason": reason})
