"""End a tier by hand: the member moves to the tier that they would be in without it."""

from datetime import datetime

from loyalty.program.tiers import Tier, TierSet
from loyalty.store.members import Member
from loyalty.store.tiers import TierHold
from loyalty.tiers.rising import enter_tier
from loyalty.tiers.standing import Amount, standing_of
from loyalty.tiers.work import TierWork


def end_hold(work: TierWork, tier_set: TierSet, member: Member, hold: TierHold) -> None:
    """Remove a tier by hand, and put the member into the tier that they would be in without it."""
    work.tx.tier_holds.remove_hold(member.id, tier_set.name)
    amount = standing_of(work.tx, work.program, tier_set, member, now=work.now)
    tier = tier_without(work, tier_set, member, hold, amount)
    if tier is not None and tier.name != member.tier:
        enter_by_hand(work, tier_set, member, tier, until=hold.before_until if tier.name == hold.before else None)


def tier_without(work: TierWork, tier_set: TierSet, member: Member, hold: TierHold, amount: Amount) -> Tier | None:
    """Return the tier that a standing gives without a tier by hand, the lowest at least; None: the set is empty."""
    present = tier_set.named(member.tier)
    if hold.direction == "floor" and present is not None and present.name != hold.tier:
        return present  # they have risen above it since
    lowest = tier_set.tiers[0] if tier_set.tiers else None
    reached, before = tier_set.tier_at(amount) or lowest, tier_set.named(hold.before)
    if before is None or (hold.before_until is not None and hold.before_until <= work.now):
        return reached
    return before if reached is None or reached.start < before.start else reached


def enter_by_hand(work: TierWork, tier_set: TierSet, member: Member, tier: Tier, *, until: datetime | None) -> None:
    """Put a member into a tier, up or down, until a moment, or for a period."""
    present = tier_set.named(member.tier)
    up = present is None or present.start < tier.start
    enter_tier(work, tier_set, member, tier, up=up, until=until, by_hand=True)
