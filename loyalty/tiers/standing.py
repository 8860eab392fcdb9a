"""Standing: what tiers are reached by, until when a tier is kept, and what a review makes of it."""

from datetime import datetime
from decimal import Decimal

from loyalty.program.expiry import expires_at
from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.program.wallets import Points
from loyalty.store.due_items import DueTimes
from loyalty.store.members import NO_POINTS, Balance, Member


def standing(program: Program, balance: Balance, base: Points) -> Decimal | int:
    """Return what tiers are reached by, in units of the wallet of tiers.

    By earned points it is what qualifies above `base`, or without reviews all that ever did; by spent points likewise;
    by active points it is what the member has.
    """
    since = base if program.reviews_tiers else 0
    points = balance.net if program.tier_by == "active_points" else counted(program, balance) - since
    return program.tier_wallet.amount(max(0, points))


def counted(program: Program, balance: Balance) -> Points:
    """Return what reviews count since the one before: the points that were spent, or those that qualify."""
    return balance.spent if program.tier_by == "spent_points" else balance.qualifying


def kept_until(program: Program, tier: Tier, *, now: datetime) -> datetime | None:
    """Return when a tier whose period begins now is reviewed; None: never, as for the lowest tier."""
    if not program.reviews_tiers or tier == program.tiers[0]:
        return None
    return expires_at(program.tier_review, now=now, zone=program.zone)


def reviewed(program: Program, member: Member, present: Tier) -> Tier:
    """Return the tier after a review: the present one if the standing reaches it, else the one that it reaches.

    A program may let members fall one tier at a time.
    """
    balance = member.balances.get(program.tier_wallet.code, NO_POINTS)
    reached = program.tier_at(standing(program, balance, member.tier_base)) or program.tiers[0]
    if reached.start >= present.start:
        return present
    if program.tier_fall == "one_step":
        return max((each for each in program.tiers if each.start < present.start), key=lambda each: each.start)
    return reached


def due_times(program: Program, until: datetime, *, warned: bool = False, now: datetime) -> DueTimes:
    """Return the due items of a tier: the warning of its member, and the review."""
    warn_before = program.notify_before.tier
    if warn_before is None or warned:
        return {"tier_review": until}
    return {"tier_warn": max(now, warn_before.before(until, program.zone)), "tier_review": until}


def due_times_from_now(program: Program, member: Member, *, now: datetime) -> DueTimes:
    """Return the due items of a member's tier, assuming that warnings up to now were sent."""
    until, before = member.tier_until, program.notify_before.tier
    if until is None or not program.reviews_tiers:
        return {}
    warned = before is not None and before.before(until, program.zone) <= now
    return due_times(program, until, warned=warned, now=now)
