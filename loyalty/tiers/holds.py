"""Tiers by hand: how they bound the tier that standing and rules give."""

from dataclasses import replace

from loyalty.program.tiers import Tier, TierSet
from loyalty.store.members import Member
from loyalty.store.tiers import TierHold
from loyalty.tiers.standing import kept_until
from loyalty.tiers.work import TierWork


def hold_of(work: TierWork, member_id: str, tier_set: TierSet) -> TierHold | None:
    """Return the tier by hand of a member that is in force now, in a tier set."""
    hold = work.tx.tier_holds.hold(member_id, tier_set.name)
    return None if hold is None or (hold.until is not None and hold.until <= work.now) else hold


def within_hold(tier_set: TierSet, tier: Tier, hold: TierHold | None) -> Tier:
    """Return the tier that a tier by hand leaves of one that a member would be in; one of another program leaves it."""
    held = None if hold is None else tier_set.named(hold.tier)
    if hold is None or held is None:
        return tier
    match hold.direction:
        case "floor":
            return max(tier, held, key=lambda each: each.start)
        case "ceiling":
            return min(tier, held, key=lambda each: each.start)
        case "pinned":
            return held


def note_fallen(work: TierWork, tier_set: TierSet, member: Member, hold: TierHold, held: Tier, reached: Tier) -> None:
    """Store the lower tier that a member would be in without a tier by hand, if the standing held the one before."""
    known = tier_set.named(hold.before)
    if known is not None and reached.start < known.start <= held.start:
        earned = replace(hold, before=reached.name)
        work.tx.tier_holds.set_hold(member.id, tier_set.name, earned, now=work.now)


def note_earned(work: TierWork, tier_set: TierSet, member: Member, hold: TierHold, tier: Tier) -> None:
    """Store the tier that a member would be in without a tier by hand, and until when they would keep it."""
    known = tier_set.named(hold.before)
    if known is not None and known.start >= tier.start:
        return
    until = kept_until(work.program, tier_set, registered_at=member.registered_at, now=work.now)
    earned = replace(hold, before=tier.name, before_until=until)
    work.tx.tier_holds.set_hold(member.id, tier_set.name, earned, now=work.now)
