"""Tiers by hand: how they bound what standing and rules do."""

from dataclasses import replace

from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.store.tiers import DEFAULT_SET, TierHold
from loyalty.tiers.standing import kept_until
from loyalty.tiers.work import TierWork


def hold_of(work: TierWork, member_id: str) -> TierHold | None:
    """Return the tier by hand of a member that is in force now."""
    hold = work.tx.tier_holds.hold(member_id, DEFAULT_SET)
    return None if hold is None or (hold.until is not None and hold.until <= work.now) else hold


def within_hold(program: Program, tier: Tier, hold: TierHold | None) -> Tier:
    """Return the tier that a tier by hand leaves of one that a member would be in; one of another program leaves it."""
    held = None if hold is None else program.tier_named(hold.tier)
    if hold is None or held is None:
        return tier
    match hold.direction:
        case "floor":
            return max(tier, held, key=lambda each: each.start)
        case "ceiling":
            return min(tier, held, key=lambda each: each.start)
        case "pinned":
            return held


def note_earned(work: TierWork, member_id: str, hold: TierHold, tier: Tier) -> None:
    """Store the tier that a member would be in without a tier by hand, and until when they would keep it."""
    known = work.program.tier_named(hold.before)
    if known is not None and known.start >= tier.start:
        return
    earned = replace(hold, before=tier.name, before_until=kept_until(work.program, tier, now=work.now))
    work.tx.tier_holds.set_hold(member_id, DEFAULT_SET, earned, now=work.now)
