"""Carry out a correction by the operation of its kind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from loyalty.achievements.operations import SetProgress, set_badges, set_progress
from loyalty.corrections.changes import (
    CorrectBadge,
    CorrectedChange,
    CorrectPoints,
    CorrectProgress,
    CorrectReward,
    CorrectTier,
)
from loyalty.corrections.measuring import standing_of
from loyalty.events.operations import OperationContext
from loyalty.points.dates import lot_dates
from loyalty.points.operations import AddPoints, SpendPoints, add_points, spend_points
from loyalty.program.tiers import DEFAULT_SET
from loyalty.rewards.operations import GiveReward, give_reward
from loyalty.store.tiers import TierHold
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier


def carry_out(operation: OperationContext, member_id: str, change: CorrectedChange, comment: str) -> dict[str, Any]:
    """Change a member as a correction requests; return the result, as JSON. Raise the refusals of the operation."""
    began, before = len(operation.to_start), standing_of(operation, member_id, change)
    did = _run(operation, member_id, change, comment)
    return did | standings(operation, member_id, change, before, began)


def standings(
    operation: OperationContext, member_id: str, change: CorrectedChange, before: Mapping[str, Any], began: int
) -> dict[str, Any]:
    """Return the state of a member before and now, and the events recorded after the first `began`."""
    events = [{"id": each.id, "type": each.type} for each in operation.to_start[began:]]
    return {"before": before, "after": standing_of(operation, member_id, change), "events": events}


def _run(operation: OperationContext, member_id: str, change: CorrectedChange, comment: str) -> dict[str, Any]:
    match change:
        case CorrectPoints(direction="add"):
            return _add(operation, member_id, change, comment)
        case CorrectPoints():
            spent = SpendPoints(member_id, change.points, change.wallet, comment=comment, qualifies=change.qualifies)
            return {"transfer": spend_points(operation, spent)}
        case CorrectTier(tier=tier):
            tier_set = change.tier_set or DEFAULT_SET
            held = _hold_to_json(operation.tx.tier_holds.hold(member_id, tier_set))
            if tier is None:
                unassign_tier(operation, member_id, tier_set)
            else:
                assign_tier(operation, AssignTier(member_id, tier, change.until, change.pinned, tier_set))
            return {"held": held, "holds": _hold_to_json(operation.tx.tier_holds.hold(member_id, tier_set))}
        case CorrectReward():
            given = GiveReward(member_id, change.reward, change.quantity, change.value, change.until)
            return {"issued": give_reward(operation, given)}
        case CorrectProgress():
            set_progress(operation, SetProgress(member_id, change.achievement, change.progress, change.completed))
            return {}
        case CorrectBadge():
            set_badges(operation, member_id, change.badge, change.times)
            return {}
        case _:
            assert_never(change)


def _add(operation: OperationContext, member_id: str, change: CorrectPoints, comment: str) -> dict[str, Any]:
    pending_until, expires_at = lot_dates(
        operation.program,
        change.wallet,
        now=operation.now,
        locked_days=change.locked_days,
        expires_days=change.expires_days,
    )
    added = AddPoints(
        member_id,
        change.points,
        change.wallet,
        pending_until=pending_until,
        expires_at=expires_at,
        qualifies=change.qualifies,
        comment=comment,
    )
    transfer_id = add_points(operation, added)
    found = operation.tx.ledger.lot(transfer_id)  # the lot has the id of its transfer
    dates = (None, None) if found is None else (found[0].active_from, found[0].expires_at)
    return {"transfer": transfer_id, "pending_until": _date(dates[0]), "expires_at": _date(dates[1])}


def _hold_to_json(hold: TierHold | None) -> dict[str, Any] | None:
    if hold is None:
        return None
    return {"tier": hold.tier, "direction": hold.direction, "until": _date(hold.until)}


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
