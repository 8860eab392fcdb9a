"""Move a member down at once when a return lowers the standing that holds their tier."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import NO_POINTS
from loyalty.store.points import CountedPart, Posted
from loyalty.tiers.ended_periods import counted_part
from loyalty.tiers.holds import hold_of, note_fallen, within_hold
from loyalty.tiers.places import facts_in, period_in, set_period
from loyalty.tiers.rising import enter_tier
from loyalty.tiers.standing import Amount, money, standing, standing_of
from loyalty.tiers.work import TierWork


def held_by(work: TierWork, member_id: str) -> Mapping[str, Amount]:
    """Return what holds a member's tiers now, by tier set: the standing, or that of the last review, if higher."""
    return {name: _holds(work, each, member_id) for name, each in work.program.tier_sets.items()}


def count_returned(work: TierWork, member_id: str, posted: Sequence[Posted]) -> None:
    """Lower the bases of tier periods by the points taken back that counted before the last review."""
    for tier_set in work.program.tier_sets.values():
        part, taken = counted_part(tier_set), [each for each in posted if each.wallet == tier_set.wallet.code]
        if part is None or not taken:
            continue
        period = period_in(work.tx, member_id, tier_set)
        if period.review is not None:
            early = sum(_early(work, part, each, before=period.review.at) for each in taken)
            if early:
                base = Points(max(0, period.base - early))
                set_period(work, member_id, tier_set, base=base, until=period.until)


def _early(work: TierWork, part: CountedPart, posted: Posted, *, before: datetime) -> int:
    """Return the points taken back that counted before the last review; pending ones count from activation."""
    taken = -getattr(posted.transfer.change, part)
    about = None if posted.transfer.related is None else work.tx.ledger.transfer(posted.transfer.related)
    if about is None or taken == 0:
        return 0
    if about.change.pending > 0:
        later = work.tx.ledger.transfers_about(about.id)
        about = next((each for each in later if each.kind == "activate"), about)
    return taken if (about.counts_at or about.at) < before else 0


def fall_to_standing(work: TierWork, member_id: str, before: Mapping[str, Amount]) -> None:
    """Move a member to the tiers that their standing holds, if it held the present ones before, and does not now."""
    for name, amount in before.items():
        _fall_in(work, work.program.tier_sets[name], member_id, amount)


def _fall_in(work: TierWork, tier_set: TierSet, member_id: str, before: Amount) -> None:
    member = facts_in(work, member_id, tier_set)
    present, held = tier_set.named(member.tier), tier_set.tier_at(before)
    reached = tier_set.tier_at(_holds(work, tier_set, member_id)) or tier_set.tiers[0]
    hold = hold_of(work, member_id, tier_set)
    if hold is not None and held is not None:
        note_fallen(work, tier_set, member, hold, held, reached)
    if present is None or held is None or held.start < present.start:
        return  # something else holds the tier: a rule, or an administrator
    allowed = within_hold(tier_set, reached, hold)
    if allowed.start < present.start:
        enter_tier(work, tier_set, member, allowed, up=False)


def _holds(work: TierWork, tier_set: TierSet, member_id: str) -> Amount:
    now = _standing_now(work, tier_set, member_id)
    period = period_in(work.tx, member_id, tier_set)
    if period.review is None or not tier_set.is_reviewed or tier_set.by in ("active_points", "membership_months"):
        return now
    if tier_set.by == "spend":
        last = period.review
        judged: Amount = money(work.tx.spend.spent(member_id, tier_set.name, since=last.since, until=last.at))
    else:
        judged = tier_set.wallet.amount(max(0, period.base - period.review.base))
    return max(now, judged)


def _standing_now(work: TierWork, tier_set: TierSet, member_id: str) -> Amount:
    """Return the standing from the account as it is now: a step reads its member before it posts."""
    if tier_set.by in ("spend", "membership_months"):
        member = facts_in(work, member_id, tier_set)
        return standing_of(work.tx, work.program, tier_set, member, now=work.now)
    account = work.tx.ledger.account(member_id, tier_set.wallet.code)
    balance = NO_POINTS if account is None else account.balance
    return standing(tier_set, balance, period_in(work.tx, member_id, tier_set).base)
