"""Undo a correction by a reversing transfer or operation, unless a later change prevents it.

Kind              what undoing it does
points            cancels the transfer: points added and spent since are owed, subtracted ones are given back
tier              removes the tier by hand, or restores the previous one, unless another was set since
reward            cancels the reward, unless a part of it was used or handed over
progress          restores progress and completions, unless they have changed since; gifts stay
badge             removes as many badges as it gave, or gives as many as it removed
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from loyalty.achievements.operations import SetProgress, set_badges, set_progress
from loyalty.corrections.carrying_out import standings
from loyalty.corrections.changes import (
    CorrectBadge,
    CorrectedChange,
    CorrectPoints,
    CorrectProgress,
    CorrectReward,
    CorrectTier,
    change_from_json,
)
from loyalty.corrections.measuring import standing_of
from loyalty.corrections.refusals import NotUndoable
from loyalty.events.operations import OperationContext
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.program.tiers import DEFAULT_SET
from loyalty.rewards.operations import cancel_reward
from loyalty.store.corrections import Correction
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier


def undo(operation: OperationContext, done: Correction, comment: str) -> dict[str, Any]:
    """Undo a correction; return the result, as JSON.

    Raise NotUndoable, or what the reverse operation raises.
    """
    if done.outcome is None or "action" in done.change:
        raise NotUndoable("it is not a correction of its own: do the opposite by hand")
    change = change_from_json(done.kind, done.change)
    began, before = len(operation.to_start), standing_of(operation, done.member, change)
    did = _reverse(operation, done.member, change, done.outcome, comment)
    return did | standings(operation, done.member, change, before, began)


def _reverse(
    operation: OperationContext, member_id: str, change: CorrectedChange, outcome: Mapping[str, Any], comment: str
) -> dict[str, Any]:
    match change:
        case CorrectPoints():
            cancelled = cancel_transfer(operation, CancelTransfer(outcome["transfer"], comment=comment))
            return {"transfer": cancelled.transfer}
        case CorrectTier(tier_set=tier_set):
            _put_tier_back(operation, member_id, tier_set or DEFAULT_SET, outcome)
        case CorrectReward():
            for issued_id in outcome["issued"]:
                cancel_reward(operation, issued_id, comment=comment)
        case CorrectProgress():
            _put_progress_back(operation, member_id, change, outcome)
        case CorrectBadge(badge=badge):
            times = operation.tx.members.badge_times(member_id, badge)
            left = times - (outcome["after"]["times"] - outcome["before"]["times"])
            if left < 0:
                raise NotUndoable("badges that it gave were taken away since")
            set_badges(operation, member_id, badge, left)
        case _:
            assert_never(change)
    return {}


def _put_tier_back(operation: OperationContext, member_id: str, tier_set: str, outcome: Mapping[str, Any]) -> None:
    """Restore the previous tier by hand, unless it has ended meanwhile."""
    held, set_by_it = outcome["held"], outcome["holds"]
    now = operation.tx.tier_holds.hold(member_id, tier_set)
    present = None if now is None else (now.tier, now.direction, _shown(now.until))
    expected = None if set_by_it is None else (set_by_it["tier"], set_by_it["direction"], set_by_it["until"])
    if present != expected:
        raise NotUndoable("the tier by hand has changed or ended since")
    if now is not None:
        unassign_tier(operation, member_id, tier_set)
    if held is None:
        return
    until = None if held["until"] is None else datetime.fromisoformat(held["until"])
    if until is None or until > operation.now:
        again = AssignTier(member_id, held["tier"], until, held["direction"] == "pinned", tier_set)
        assign_tier(operation, again)


def _put_progress_back(
    operation: OperationContext, member_id: str, change: CorrectProgress, outcome: Mapping[str, Any]
) -> None:
    before, after = outcome["before"], outcome["after"]
    now = standing_of(operation, member_id, change)
    if (Decimal(now["progress"]), now["completed"]) != (Decimal(after["progress"]), after["completed"]):
        raise NotUndoable("progress was made, or set, since")
    progress = None if change.progress is None else Decimal(before["progress"])
    set_progress(operation, SetProgress(member_id, change.achievement, progress, before["completed"]))


def _shown(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
