"""Tiers: what they are reached by, until when one is kept, and what a review makes of it."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from loyalty.points.ledger import expiry
from loyalty.program.effects import Points
from loyalty.program.program import Program, Tier
from loyalty.store.members import NO_POINTS, Balance, Member

Deadline = Literal["tier_warn", "tier_review"]


def standing(program: Program, balance: Balance, base: Points) -> Decimal | int:
    """What tiers are reached by, in units of the default wallet: what was earned above the base, or what is active.

    Without reviews all that was ever earned counts.
    """
    since = base if program.reviews_tiers else 0
    points = balance.earned - since if program.tier_by == "earned_points" else balance.active
    return program.default_wallet.amount(max(0, points))


def kept_until(program: Program, tier: Tier, *, now: datetime) -> datetime | None:
    """When a tier whose period begins now is reviewed; None: never, as the lowest."""
    if not program.reviews_tiers or tier == program.tiers[0]:
        return None
    return expiry(program.tier_review, now=now, zone=program.zone)


def reviewed(program: Program, member: Member, present: Tier) -> Tier:
    """The tier that a review leaves a member in: their own if their standing reaches it, or else what it reaches."""
    balance = member.balances.get(program.default_wallet.code, NO_POINTS)
    reached = program.tier_at(standing(program, balance, member.tier_base)) or program.tiers[0]
    return present if reached.start >= present.start else reached


def next_deadline(program: Program, until: datetime, *, warned: bool, now: datetime) -> tuple[datetime, Deadline]:
    """What of a tier falls due next, and when: its member is warned, or it is reviewed."""
    warn_before = program.notify_before.tier
    if warn_before is None or warned:
        return until, "tier_review"
    return max(now, warn_before.before(until, program.zone)), "tier_warn"


def deadline_from_now(program: Program, member: Member, *, now: datetime) -> tuple[datetime, Deadline] | None:
    """What of a member's tier falls due next, if whoever would have been warned by now was; None: nothing."""
    until, before = member.tier_until, program.notify_before.tier
    if until is None or not program.reviews_tiers:
        return None
    warned = before is not None and before.before(until, program.zone) <= now
    return next_deadline(program, until, warned=warned, now=now)
