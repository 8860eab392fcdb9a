"""A member falls at once when a return lowers what holds their tier."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias

from loyalty.program.wallets import Points
from loyalty.store.members import NO_POINTS, Balance, TierPeriod
from loyalty.store.points import Posted
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.rising import enter_tier
from loyalty.tiers.standing import standing
from loyalty.tiers.work import TierWork

Amount: TypeAlias = Decimal | int


def held_by(work: TierWork, member_id: str) -> Amount:
    """Return what holds a member's tier now: the standing, or what the last review judged, if that is more."""
    return _holds(work, _balance(work, member_id), work.tx.members.tier_period(member_id))


def count_returned(work: TierWork, member_id: str, posted: Sequence[Posted]) -> None:
    """Lower the base of the tier period by what was taken back of points that counted before the last review."""
    period = work.tx.members.tier_period(member_id)
    if period.review is None or not work.program.reviews_tiers:
        return
    early = 0
    for each in posted:
        about = None if each.transfer.related is None else work.tx.ledger.transfer(each.transfer.related)
        if about is not None and each.wallet == work.program.tier_wallet.code:
            is_early = (about.counts_at or about.at) < period.review.at
            early -= each.transfer.change.qualifying if is_early else 0
    if early:
        base = Points(max(0, period.base - early))
        work.tx.members.set_period(member_id, base=base, until=period.until, now=work.now)


def fall_to_standing(work: TierWork, member_id: str, before: Amount) -> None:
    """Put a member into the tier that their points hold, if these held the present one before, and do not any more."""
    program, member = work.program, work.facts_of(member_id)
    present = program.tier_named(member.tier)
    held = program.tier_at(before)
    if present is None or held is None or held.start < present.start:
        return  # something else holds the tier: a rule, or somebody who put them there
    reached = program.tier_at(held_by(work, member_id)) or program.tiers[0]
    allowed = within_hold(program, reached, hold_of(work, member_id))
    if allowed.start < present.start:
        enter_tier(work, member, allowed, up=False)


def _balance(work: TierWork, member_id: str) -> Balance:
    account = work.tx.ledger.account(member_id, work.program.tier_wallet.code)
    return NO_POINTS if account is None else account.balance


def _holds(work: TierWork, balance: Balance, period: TierPeriod) -> Amount:
    program = work.program
    now = standing(program, balance, period.base)
    if period.review is None or not program.reviews_tiers or program.tier_by == "active_points":
        return now
    return max(now, program.tier_wallet.amount(max(0, period.base - period.review.base)))
