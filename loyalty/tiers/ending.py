"""A tier by hand ends: the member comes into the tier that they would be in without it."""

from datetime import datetime

from loyalty.program.tiers import Tier
from loyalty.store.members import NO_POINTS, Member
from loyalty.store.tiers import DEFAULT_SET, TierHold
from loyalty.tiers.rising import enter_tier
from loyalty.tiers.standing import standing
from loyalty.tiers.work import TierWork


def end_hold(work: TierWork, member: Member, hold: TierHold) -> None:
    """Remove a tier by hand, and put the member into the tier that they would be in without it."""
    work.tx.tier_holds.remove_hold(member.id, DEFAULT_SET)
    tier = tier_without(work, member, hold)
    if tier is not None and tier.name != member.tier:
        enter_by_hand(work, member, tier, until=hold.before_until if tier.name == hold.before else None)


def tier_without(work: TierWork, member: Member, hold: TierHold) -> Tier | None:
    """Return the tier that a member would be in without a tier by hand; None: none of the program."""
    program, present = work.program, work.program.tier_named(member.tier)
    if hold.direction == "floor" and present is not None and present.name != hold.tier:
        return present  # they have risen above it since
    balance = member.balances.get(program.tier_wallet.code, NO_POINTS)
    reached, before = program.tier_at(standing(program, balance, member.tier_base)), program.tier_named(hold.before)
    if before is None or (hold.before_until is not None and hold.before_until <= work.now):
        return reached
    return before if reached is None or reached.start < before.start else reached


def enter_by_hand(work: TierWork, member: Member, tier: Tier, *, until: datetime | None) -> None:
    """Put a member into a tier, up or down, until a moment, or for a period."""
    present = work.program.tier_named(member.tier)
    enter_tier(work, member, tier, up=present is None or present.start < tier.start, until=until, by_hand=True)
