"""Tier periods: points of a wallet dated by events count for the period in which their event happened.

What happened before the last review was due counts for the period that the review ended, so the review is repeated: the
member gets the tier that it would have left them in. No member loses a tier by that.
"""

from collections.abc import Sequence
from datetime import datetime

from loyalty.calendar import local_day
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import NOTHING, TierPeriod, TierReview
from loyalty.store.points import TAKING_BACK, Posted, Transfer
from loyalty.tiers.ended_periods import reviews_points
from loyalty.tiers.falling import count_returned
from loyalty.tiers.places import facts_in, period_in, set_period
from loyalty.tiers.rising import judge_in, rise_to
from loyalty.tiers.standing import Amount, kept_until
from loyalty.tiers.work import TierWork


def judge_posted(work: TierWork, member_id: str, posted: Sequence[Posted]) -> None:
    """Move a member up if posted points reach a tier, now or at the last review; never down.

    Call it at the end of a unit of work that posted awards, activations or cancellations.
    """
    taken_back = [each for each in posted if each.transfer.kind in TAKING_BACK and each.transfer.counts_at is None]
    if taken_back:
        count_returned(work, member_id, taken_back)
    for tier_set in work.program.tier_sets.values():
        in_wallet = [each for each in posted if each.wallet == tier_set.wallet.code]
        if in_wallet and tier_set.by not in ("spend", "membership_months"):
            _judge_posted_in(work, tier_set, member_id, in_wallet)


def _judge_posted_in(work: TierWork, tier_set: TierSet, member_id: str, in_wallet: Sequence[Posted]) -> None:
    balance = in_wallet[-1].after
    dated = [each.transfer for each in in_wallet if each.transfer.counts_at is not None]
    if not dated or not reviews_points(tier_set):
        judge_in(work, tier_set, member_id, balance)
        return
    period = _count(work, tier_set, member_id, dated)
    judge_in(work, tier_set, member_id, balance, base=period.base)


def judge_again(work: TierWork, tier_set: TierSet, member_id: str, amount: Amount, reviewed_at: datetime) -> None:
    """Give a member the tier that an amount reached at the last review, unless it would have been reviewed since."""
    program, member = work.program, facts_in(work, member_id, tier_set)
    reached, present = tier_set.tier_at(amount), tier_set.named(member.tier)
    if reached is None or (present is not None and reached.start <= present.start):
        return
    until = kept_until(program, tier_set, registered_at=member.registered_at, now=reviewed_at)
    if until is None or until > work.now:
        day = local_day(reviewed_at, program.zone)
        why = f", by the review of {day} judged again"
        rise_to(work, tier_set, member, reached, since=reviewed_at, why=why)


def _count(work: TierWork, tier_set: TierSet, member_id: str, dated: Sequence[Transfer]) -> TierPeriod:
    """Count transfers for their periods, judge the last review again if it ended one of them; return the period now."""
    period = period_in(work.tx, member_id, tier_set)
    review = period.review
    if review is None:
        return period
    late = _qualified_before(dated, review.at)
    if late == 0:
        return period
    earlier = NOTHING if review.since is None else _qualified_before(dated, review.since)
    review = TierReview(review.at, review.since, Points(review.base + earlier))
    period = TierPeriod(Points(period.base + late), period.until, review)
    set_period(work, member_id, tier_set, base=period.base, until=period.until, review=review)
    if late > earlier:
        reached = tier_set.wallet.amount(max(0, period.base - review.base))
        judge_again(work, tier_set, member_id, reached, review.at)
    return period


def _qualified_before(transfers: Sequence[Transfer], moment: datetime) -> Points:
    dated = (each for each in transfers if each.counts_at is not None and each.counts_at < moment)
    return Points(sum(each.change.qualifying for each in dated))
