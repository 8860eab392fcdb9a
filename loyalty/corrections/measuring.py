"""Measure how much a correction changes, for the bounds, and describe a member's state before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

from loyalty.achievements.progress import current_progress
from loyalty.achievements.refusals import UnknownAchievement
from loyalty.calendar import local_day
from loyalty.corrections.changes import (
    CorrectBadge,
    CorrectedChange,
    CorrectPoints,
    CorrectProgress,
    CorrectReward,
    CorrectTier,
)
from loyalty.events.operations import OperationContext
from loyalty.points.amounts import points_of, wallet_of
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.wallets import ONE, Points
from loyalty.refusals import UnknownTier
from loyalty.rewards.supply import reward_of
from loyalty.store.members import NO_POINTS
from loyalty.tiers.operations import set_of
from loyalty.tiers.places import facts_in


@dataclass(frozen=True, slots=True)
class Measure:
    """What a correction changes, and the size of the change in millionths."""

    unit: str
    amount: Points

    @property
    def number(self) -> Decimal:
        """The size in units."""
        return Decimal(self.amount) / ONE


def measure(operation: OperationContext, member_id: str, change: CorrectedChange) -> Measure:
    """Return how much a correction would change a member, who is locked.

    Raise UnknownWallet, InvalidAmount, UnknownTierSet, UnknownTier, UnknownReward or UnknownAchievement.
    """
    match change:
        case CorrectPoints(points=points, wallet=code):
            wallet = wallet_of(operation.program, code)
            return Measure(wallet.code, points_of(wallet, points))
        case CorrectTier(tier=tier, tier_set=name):
            tier_set = set_of(operation.program, name or DEFAULT_SET)
            if tier is not None and tier_set.named(tier) is None:
                raise UnknownTier([each.name for each in tier_set.tiers])
            named = tier or ""
            return Measure(named if tier_set.is_default else f"{tier_set.name}/{named}", Points(ONE))
        case CorrectReward(reward=reward, quantity=quantity):
            return Measure(reward_of(operation.program, reward).name, Points(max(1, quantity) * ONE))
        case CorrectProgress(achievement=achievement, completed=completed):
            if achievement not in operation.program.achievement_named:
                raise UnknownAchievement(list(operation.program.achievement_named))
            before = operation.tx.achievements.completed(member_id, achievement)
            return Measure(achievement, _steps(before if completed is None else completed, before))
        case CorrectBadge(badge=badge, times=times):
            return Measure(badge, _steps(times, operation.tx.members.badge_times(member_id, badge)))
        case _:
            assert_never(change)


def standing_of(operation: OperationContext, member_id: str, change: CorrectedChange) -> Mapping[str, Any]:
    """Return a member's state in what a correction changes, as JSON: always the tier, and the subject of its kind."""
    tier = operation.facts_of(member_id).tier
    return {"tier": tier} | _standing_of(operation, member_id, change)


def _standing_of(operation: OperationContext, member_id: str, change: CorrectedChange) -> dict[str, Any]:
    tx = operation.tx
    match change:
        case CorrectPoints(wallet=code):
            wallet = wallet_of(operation.program, code)
            account = tx.ledger.account(member_id, wallet.code)
            balance = NO_POINTS if account is None else account.balance
            parts = {"active": balance.active, "pending": balance.pending, "owed": balance.owed}
            return {name: wallet.amount(points) for name, points in parts.items()}
        case CorrectProgress(achievement=name):
            found = operation.program.achievement_named[name]
            today = local_day(operation.now, operation.program.zone)
            sums = tx.achievements.daily_sums(member_id, name, since=today.min)
            completed = tx.achievements.completed(member_id, name)
            return {"progress": current_progress(found, sums, today), "completed": completed}
        case CorrectBadge(badge=badge):
            return {"times": tx.members.badge_times(member_id, badge)}
        case CorrectTier(tier_set=str(name)):
            return {"set_tier": facts_in(operation, member_id, set_of(operation.program, name)).tier}
        case CorrectTier() | CorrectReward():
            return {}
        case _:
            assert_never(change)


def _steps(after: int, before: int) -> Points:
    return Points(max(1, abs(after - before)) * ONE)
