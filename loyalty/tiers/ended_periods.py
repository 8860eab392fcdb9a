"""Periods in a tier set that ended, and are not reviewed yet: what counts for the next one is left out until then."""

from datetime import datetime

from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import NOTHING, Balance, Member
from loyalty.store.points import CountedPart
from loyalty.store.repositories import StoreReaders


def ended_at(tier_set: TierSet, member: Member, *, now: datetime) -> datetime | None:
    """Return when a member's period ended whose review is not done yet; None: it has not ended."""
    until = member.tier_until if tier_set.is_reviewed else None
    return None if until is None or until > now else until


def without_later(tx: StoreReaders, tier_set: TierSet, balance: Balance, member_id: str, until: datetime) -> Balance:
    """Return a balance without what is booked already, and counts for the period after one that ends at a moment."""
    part = counted_part(tier_set)
    if part is None:
        return balance
    later = tx.ledger.counted_since(member_id, tier_set.wallet.code, part, until)
    return balance._replace(**{part: Points(getattr(balance, part) - later)})


def counts_after(tx: StoreReaders, tier_set: TierSet, member_id: str, until: datetime) -> bool:
    """Return whether something is booked already that counts for the period after one that ends at a moment."""
    if tier_set.by == "spend":
        return tx.spend.spent(member_id, tier_set.name, since=until) > 0
    part = counted_part(tier_set)
    return part is not None and tx.ledger.counted_since(member_id, tier_set.wallet.code, part, until) != NOTHING


def reviews_points(tier_set: TierSet) -> bool:
    """Return whether reviews judge what was earned in a period."""
    return tier_set.is_reviewed and tier_set.by == "earned_points"


def counted_part(tier_set: TierSet) -> CountedPart | None:
    """Return what of a balance counts by the period in a tier set; None: nothing does."""
    if not tier_set.is_reviewed:
        return None
    match tier_set.by:
        case "earned_points":
            return "qualifying"
        case "spent_points":
            return "spent"
        case "active_points" | "spend" | "membership_months":
            return None
