"""What a member had at the end of a tier period: what happened later, and was booked already, does not count for it."""

from datetime import datetime

from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Member
from loyalty.tiers.places import period_in
from loyalty.tiers.standing import Amount, counted, money, months_of_membership, standing
from loyalty.tiers.work import TierWork


def standing_then(work: TierWork, tier_set: TierSet, member: Member, until: datetime) -> Amount:
    """Return what a member had of what the tiers of a set are reached by, in the period that ends at a moment."""
    match tier_set.by:
        case "spend":
            review = period_in(work.tx, member.id, tier_set).review
            since = None if review is None else review.at
            return money(work.tx.spend.spent(member.id, tier_set.name, since=since, until=until))
        case "membership_months":
            return months_of_membership(member.registered_at, now=until, zone=work.program.zone)
        case "earned_points" | "active_points" | "spent_points":
            balance = member.balances.get(tier_set.wallet.code, NO_POINTS)
            return standing(tier_set, _without_later(work, tier_set, balance, member.id, until), member.tier_base)


def count_before(work: TierWork, tier_set: TierSet, balance: Balance, member_id: str, until: datetime) -> Points:
    """Return the base of the period that begins at a moment: what was counted before."""
    return counted(tier_set, _without_later(work, tier_set, balance, member_id, until))


def counts_after(work: TierWork, tier_set: TierSet, member_id: str, until: datetime) -> bool:
    """Return whether something is booked already that counts for the period after one that ends at a moment."""
    if tier_set.by == "spend":
        return work.tx.spend.spent(member_id, tier_set.name, since=until) > 0
    return points_after(work, tier_set, member_id, until) != NOTHING


def points_after(work: TierWork, tier_set: TierSet, member_id: str, until: datetime) -> Points:
    """Return the points that are booked already, and count for the tier period after one that ends at a moment."""
    if tier_set.wallet.dated == "award" or not reviews_points(tier_set):
        return NOTHING
    return work.tx.ledger.qualified_since(member_id, tier_set.wallet.code, until)


def reviews_points(tier_set: TierSet) -> bool:
    """Return whether reviews judge what was earned in a period."""
    return tier_set.is_reviewed and tier_set.by == "earned_points"


def _without_later(work: TierWork, tier_set: TierSet, balance: Balance, member_id: str, until: datetime) -> Balance:
    later = points_after(work, tier_set, member_id, until)
    return balance._replace(qualifying=Points(balance.qualifying - later))
