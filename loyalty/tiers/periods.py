"""Tier periods: points of a wallet that is dated by events count for the period in which their event happened.

What happened before the last review was due counts for the period that the review ended, so the review is judged again:
the member gets the tier that it would have left them in. Nobody loses a tier by that.
"""

from collections.abc import Sequence
from datetime import datetime

from loyalty.calendar import local_day
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.members import NOTHING, TierPeriod, TierReview
from loyalty.store.points import Posted, Transfer
from loyalty.tiers.rising import judge_standing, rise_to
from loyalty.tiers.standing import kept_until
from loyalty.tiers.work import TierWork


def judge_posted(work: TierWork, member_id: str, posted: Sequence[Posted]) -> None:
    """Move a member up if what was posted reaches a tier, now or at the last review; nobody moves down here.

    Call it at the end of a unit of work that posted awards, activations or cancellations.
    """
    program = work.program
    in_wallet = [each for each in posted if each.wallet == program.tier_wallet.code]
    if not in_wallet or not program.tiers:
        return
    balance = in_wallet[-1].after
    dated = [each.transfer for each in in_wallet if each.transfer.counts_at is not None]
    if not dated or not program.reviews_tiers:
        judge_standing(work, member_id, balance)
        return
    period = _count(work, member_id, dated)
    later = NOTHING
    if period.until is not None and period.until <= work.now:  # its review is overdue, and judges what happened later
        later = points_after(work, member_id, period.until)
    ended = balance._replace(qualifying=Points(balance.qualifying - later))
    judge_standing(work, member_id, ended, base=period.base)


def points_after(work: TierWork, member_id: str, until: datetime) -> Points:
    """Return the points that are booked already, and count for the tier period after one that ends at `until`."""
    wallet = work.program.tier_wallet
    if wallet.dated == "award" or not _reviews_points(work.program):
        return NOTHING
    return work.tx.ledger.qualified_since(member_id, wallet.code, until)


def _count(work: TierWork, member_id: str, dated: Sequence[Transfer]) -> TierPeriod:
    """Count transfers for their periods, judge the last review again if it ended one of them; return the period now."""
    period = work.tx.members.tier_period(member_id)
    review = period.review
    if review is None:
        return period
    late = _qualified_before(dated, review.at)
    if late == 0:
        return period
    earlier = NOTHING if review.since is None else _qualified_before(dated, review.since)
    review = review._replace(base=Points(review.base + earlier))
    period = TierPeriod(Points(period.base + late), period.until, review)
    work.tx.members.set_period(member_id, base=period.base, until=period.until, now=work.now, review=review)
    if late > earlier and _reviews_points(work.program):
        _judge_again(work, member_id, Points(period.base - review.base), review)
    return period


def _judge_again(work: TierWork, member_id: str, points: Points, review: TierReview) -> None:
    """Give a member the tier that `points` reached at the last review, unless it would have been reviewed since."""
    program, member = work.program, work.facts_of(member_id)
    reached = program.tier_at(program.tier_wallet.amount(max(0, points)))
    present = program.tier_named(member.tier)
    if reached is None or (present is not None and reached.start <= present.start):
        return
    until = kept_until(program, reached, now=review.at)
    if until is None or until > work.now:
        day = local_day(review.at, program.zone)
        rise_to(work, member, reached, since=review.at, why=f", by the review of {day} judged again")


def _qualified_before(transfers: Sequence[Transfer], moment: datetime) -> Points:
    dated = (each for each in transfers if each.counts_at is not None and each.counts_at < moment)
    return Points(sum(each.change.qualifying for each in dated))


def _reviews_points(program: Program) -> bool:
    """Return whether reviews judge what was earned in a period."""
    return program.reviews_tiers and program.tier_by == "earned_points"
