"""Standing: what tiers are reached by, until when a tier is kept, and what a review makes of it."""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import TypeAlias

from loyalty.calendar import add_months, local_day, start_of
from loyalty.program.expiry import Anniversary, anniversary_of, expires_at
from loyalty.program.program import Program
from loyalty.program.tiers import Tier, TierSet
from loyalty.program.wallets import POINT_DECIMALS, Points
from loyalty.store.due_items import DueTimes
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Member
from loyalty.store.repositories import StoreReaders
from loyalty.tiers.ended_periods import ended_at, without_later
from loyalty.tiers.places import period_in

Amount: TypeAlias = Decimal | int
"""What a member has of what a tier set is reached by: points of its wallet, money, or months."""


def standing_of(tx: StoreReaders, program: Program, tier_set: TierSet, member: Member, *, now: datetime) -> Amount:
    """Return what a member has of what the tiers of a set are reached by; the member is as they are in the set.

    While the review of a period that ended is late, what counts for the next period is left out.
    """
    ended = ended_at(tier_set, member, now=now)
    match tier_set.by:
        case "spend":
            review = period_in(tx, member.id, tier_set).review if tier_set.is_reviewed else None
            since = None if review is None else review.at
            return money(tx.spend.spent(member.id, tier_set.name, since=since, until=ended))
        case "membership_months":
            return months_of_membership(member.registered_at, now=now, zone=program.zone)
        case "earned_points" | "active_points" | "spent_points":
            balance = member.balances.get(tier_set.wallet.code, NO_POINTS)
            if ended is not None:
                balance = without_later(tx, tier_set, balance, member.id, ended)
            return standing(tier_set, balance, member.tier_base)


def standing(tier_set: TierSet, balance: Balance, base: Points) -> Amount:
    """Return what tiers are reached by, in units of the wallet of a tier set that is reached by points.

    By earned points it is what qualifies above `base`, or without reviews all that ever did; by spent points likewise;
    by active points it is what the member has.
    """
    since = base if tier_set.is_reviewed else 0
    points = balance.net if tier_set.by == "active_points" else counted(tier_set, balance) - since
    return tier_set.wallet.amount(max(0, points))


def money(points: Points) -> Decimal:
    """Return millionths of the store's currency as an amount; what is below nothing is nothing."""
    return Decimal(max(0, points)).scaleb(-POINT_DECIMALS)


def counted(tier_set: TierSet, balance: Balance) -> Points:
    """Return what reviews count since the one before: the points that were spent, or those that qualify."""
    match tier_set.by:
        case "spent_points":
            return balance.spent
        case "earned_points" | "active_points":
            return balance.qualifying
        case "spend" | "membership_months":
            return NOTHING


def months_of_membership(registered_at: datetime, *, now: datetime, zone: tzinfo) -> int:
    """Return the whole months since the local day of registration; a month ends with its last day if it is shorter."""
    first, today = local_day(registered_at, zone), local_day(now, zone)
    months = (today.year - first.year) * 12 + today.month - first.month
    while months > 0 and add_months(first, months) > today:
        months -= 1
    return max(0, months)


def next_months_at(tier_set: TierSet, registered_at: datetime, *, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when the next tier of a set is reached by months of membership: as its day begins; None: there is none."""
    if tier_set.by != "membership_months":
        return None
    first, today = local_day(registered_at, zone), local_day(now, zone)
    days = (_day_after(first, int(tier.start)) for tier in tier_set.tiers)
    day = next((each for each in days if each is not None and each > today), None)
    return None if day is None else start_of(day, zone)


def _day_after(first: date, months: int) -> date | None:
    try:
        return add_months(first, months)
    except ValueError:  # behind the end of the calendar
        return None


def kept_until(program: Program, tier_set: TierSet, *, registered_at: datetime, now: datetime) -> datetime | None:
    """Return when a period that begins now in a tier set ends, and is reviewed; None: never."""
    if not tier_set.is_reviewed:
        return None
    if isinstance(tier_set.review, Anniversary):
        return anniversary_of(tier_set.review, registered_at=registered_at, now=now, zone=program.zone)
    return expires_at(tier_set.review, now=now, zone=program.zone)


def reviewed(tier_set: TierSet, present: Tier, amount: Amount) -> Tier:
    """Return the tier after a review: the present one if the standing reaches it, else the one that it reaches.

    A program may let members fall one tier at a time.
    """
    reached = tier_set.tier_at(amount) or tier_set.tiers[0]
    if reached.start >= present.start:
        return present
    if tier_set.fall == "one_step":
        return max((each for each in tier_set.tiers if each.start < present.start), key=lambda each: each.start)
    return reached


def due_times(
    program: Program, tier_set: TierSet, tier: str | None, until: datetime, *, warned: bool = False, now: datetime
) -> DueTimes:
    """Return the due items of a period in a tier: the warning of its member, and the review.

    There is nothing to warn of in the lowest tier, and in none: members cannot lose it.
    """
    if not tier_set.can_lose(tier):
        return {"tier_period": until}
    warn_before = program.notify_before.tier
    if warn_before is None or warned:
        return {"tier_review": until}
    return {"tier_warn": max(now, warn_before.before(until, program.zone)), "tier_review": until}


def due_times_from_now(program: Program, tier_set: TierSet, member: Member, *, now: datetime) -> DueTimes:
    """Return the due items of a member in a tier set, assuming that warnings up to now were sent."""
    until, before = member.tier_until, program.notify_before.tier
    months_at = next_months_at(tier_set, member.registered_at, now=now, zone=program.zone)
    rising: DueTimes = {} if months_at is None else {"tier_months": months_at}
    if until is None or not tier_set.is_reviewed:
        return rising
    warned = before is not None and before.before(until, program.zone) <= now
    return {**due_times(program, tier_set, member.tier, until, warned=warned, now=now), **rising}
