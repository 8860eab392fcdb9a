"""Move members up at once when their standing rises: by an award, activation or correction, or another program."""

from datetime import datetime

from loyalty.program.tiers import Tier, TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Member
from loyalty.tiers.beginning import schedule_end
from loyalty.tiers.ended_periods import ended_at, without_later
from loyalty.tiers.holds import hold_of, note_earned, within_hold
from loyalty.tiers.places import facts_in, in_set, keep_place, put_into, subject_of
from loyalty.tiers.standing import Amount, kept_until, next_months_at, standing, standing_of
from loyalty.tiers.work import TierWork


def judge_standing(work: TierWork, member_id: str) -> None:
    """Move a member up if their points reach a higher tier than theirs; never down.

    Call it at the end of a unit of work that may have raised the standing.
    """
    for tier_set in work.program.tier_sets.values():
        judge_in(work, tier_set, member_id)


def judge_in(
    work: TierWork,
    tier_set: TierSet,
    member_id: str,
    balance: Balance | None = None,
    *,
    base: Points | None = None,
) -> None:
    """Move a member up in a tier set that is reached by points.

    `balance` is that of its wallet now, and `base` that of the member's tier period, if they are known.
    """
    if tier_set.by in ("spend", "membership_months"):
        return
    if balance is None:
        account = work.tx.ledger.account(member_id, tier_set.wallet.code)
        balance = NO_POINTS if account is None else account.balance
    if not _may_rise(tier_set, balance):
        return
    member = facts_in(work, member_id, tier_set)
    ended = ended_at(tier_set, member, now=work.now)
    if ended is not None:
        balance = without_later(work.tx, tier_set, balance, member_id, ended)
    _rise(work, tier_set, member, standing(tier_set, balance, member.tier_base if base is None else base))


def judge_spending(work: TierWork, member_id: str) -> None:
    """Move a member up where what they have spent reaches a higher tier, and decides it."""
    for tier_set in work.program.tier_sets.values():
        if tier_set.by == "spent_points":
            judge_in(work, tier_set, member_id)


def judge_member(work: TierWork, member: Member, tier_set: TierSet) -> None:
    """Move a member up in a tier set by whatever it is reached, also from no tier into the lowest."""
    known = in_set(work.tx, member, tier_set)
    _rise(work, tier_set, known, standing_of(work.tx, work.program, tier_set, known, now=work.now))


def judge_months(work: TierWork, member_id: str) -> None:
    """Move a member up by months of membership, and store when they reach the next tier."""
    for tier_set in work.program.tier_sets.values():
        if tier_set.by == "membership_months":
            judge_member(work, work.facts_of(member_id), tier_set)
            watch_months(work, work.facts_of(member_id), tier_set)


def watch_months(work: TierWork, member: Member, tier_set: TierSet) -> None:
    """Store when the member reaches the next tier of a set by months of membership, in place of what is stored."""
    at = next_months_at(tier_set, member.registered_at, now=work.now, zone=work.program.zone)
    subject = subject_of(member.id, tier_set)
    if at is not None:
        keep_place(work, member.id, tier_set)
        work.schedule(subject, {"tier_months": at}, member=member.id)
    elif tier_set.by == "membership_months":
        work.tx.due_items.clear(subject, "tier_months")


def _rise(work: TierWork, tier_set: TierSet, member: Member, amount: Amount) -> None:
    reached, present = tier_set.tier_at(amount), tier_set.named(member.tier)
    if reached is not None and (present is None or present.start < reached.start):
        rise_to(work, tier_set, member, reached)


def rise_to(
    work: TierWork, tier_set: TierSet, member: Member, tier: Tier, *, since: datetime | None = None, why: str = ""
) -> None:
    """Put a member into a higher tier, or as far up as a tier by hand lets them."""
    hold = hold_of(work, member.id, tier_set)
    allowed, present = within_hold(tier_set, tier, hold), tier_set.named(member.tier)
    if hold is not None and hold.direction != "floor":
        note_earned(work, tier_set, member, hold, tier)
    if present is None or present.start < allowed.start:
        enter_tier(work, tier_set, member, allowed, up=True, since=since, why=why)


def enter_tier(
    work: TierWork,
    tier_set: TierSet,
    member: Member,
    tier: Tier,
    *,
    up: bool,
    since: datetime | None = None,
    until: datetime | None = None,
    why: str = "",
    by_hand: bool = False,
) -> None:
    """Put a member into a tier, and report the change.

    It is kept until a moment, or from `since` (None: now) for a period.
    """
    begins = since or work.now
    until = until or kept_until(work.program, tier_set, registered_at=member.registered_at, now=begins)
    put_into(work, member.id, tier_set, tier.name, up=up, until=until)
    if tier_set.is_reviewed:
        schedule_end(work, tier_set, member.id, tier.name, until)
    body = {"from": member.tier, "to": tier.name, "up": up} | ({"by_hand": True} if by_hand else {})
    work.report_tier(member.id, tier_set, tier.name, body | said_set(tier_set), why)


def said_set(tier_set: TierSet) -> dict[str, str]:
    """Return the field of built-in events that names a tier set; of the default set they have none."""
    return {} if tier_set.is_default else {"tier_set": tier_set.name}


def _may_rise(tier_set: TierSet, balance: Balance) -> bool:
    """Return whether a balance can reach more than a tier in which everybody is; if not, nothing of them is read."""
    reached = tier_set.tier_at(standing(tier_set, balance, NOTHING))
    return reached is not None and (reached != tier_set.tiers[0] or reached.start > 0)
