"""Due items of tiers: judge members by a new program, warn them, and end periods, in which a tier is kept or lost."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.program.tiers import Tier, TierSet
from loyalty.program.wallets import Points
from loyalty.references import EventRef
from loyalty.store.due_items import TierDueKind
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Member, TierReview
from loyalty.tiers.beginning import begin_period, schedule_end
from loyalty.tiers.ended_periods import counts_after, without_later
from loyalty.tiers.ending import end_hold, tier_without
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.places import end_without_set, in_set, period_in, put_into, set_of_subject, set_period
from loyalty.tiers.rising import judge_member, said_set, watch_months
from loyalty.tiers.standing import Amount, counted, due_times, kept_until, reviewed, standing_of


def run_tier_item(due: DueItemContext, kind: TierDueKind) -> EventRef | None:
    """Judge the member that the item is about, warn them, or review the tier; return the event that reports it."""
    member_id = due.item.member or due.subject
    member, is_closed = due.tx.members.facts(member_id), due.tx.erasures.of(member_id) is not None
    if kind == "judge_tier":
        if not is_closed:
            _judge(due, member)
        return None
    tier_set = set_of_subject(due.program, member_id, due.subject)
    if tier_set is None:  # a newer program does not have this set
        end_without_set(due, member_id, due.subject)
        return None
    member = in_set(due.tx, member, tier_set)
    if is_closed:  # for good: they stay in their tier, and nothing more is said of it
        set_period(due, member_id, tier_set, base=member.tier_base, until=None)
        return None
    if kind == "tier_measure":
        _measure(due, tier_set, member)
        return None
    if kind == "tier_hold_end":
        return _end_hold(due, tier_set, member)
    if kind == "tier_months":
        judge_member(due, due.facts_of(member_id), tier_set)
        watch_months(due, member, tier_set)
        return None
    if member.tier_until is None:
        return None
    match kind:
        case "tier_warn":
            return _warn(due, tier_set, member, member.tier_until)
        case "tier_review" | "tier_period":
            return _end_period(due, tier_set, member, member.tier_until)
        case _:
            assert_never(kind)


def _judge(due: DueItemContext, member: Member) -> None:
    """Judge a member by the program in force, in every tier set."""
    for tier_set in due.program.tier_sets.values():
        judge_member(due, due.facts_of(member.id), tier_set)
        begin_period(due, tier_set, in_set(due.tx, due.facts_of(member.id), tier_set))
        watch_months(due, member, tier_set)


def _measure(due: DueItemContext, tier_set: TierSet, member: Member) -> None:
    """Count the sums before the last review and the one before it again, by another program, and judge the member."""
    review, balance = period_in(due.tx, member.id, tier_set).review, _balance(member, tier_set)

    def before(moment: datetime | None) -> Points:
        if moment is None:
            return NOTHING
        return counted(tier_set, without_later(due.tx, tier_set, balance, member.id, moment))

    base = before(None if review is None else review.at)
    again = None if review is None else review._replace(base=before(review.since))
    set_period(due, member.id, tier_set, base=base, until=member.tier_until, review=again)
    judge_member(due, due.facts_of(member.id), tier_set)


def _warn(due: DueItemContext, tier_set: TierSet, member: Member, until: datetime) -> EventRef | None:
    """Record `tier_will_expire`, with the tier that the review would leave the member in as of now."""
    present = tier_set.named(member.tier)
    warn_at = due_times(due.program, tier_set, member.tier, until, now=due.now).get("tier_warn")
    if warn_at is None or present is None or not tier_set.is_reviewed:
        return None  # the program in force does not warn, or the member cannot lose the tier by it
    if warn_at > due.now:  # the program in force warns later
        due.set_due_items({"tier_warn": warn_at}, member=member.id)
        return None
    hold = hold_of(due, member.id, tier_set)
    to = _earned(due, tier_set, member, present, standing_of(due.tx, due.program, tier_set, member, now=due.now))
    if hold is not None and hold.direction != "ceiling":
        to = within_hold(tier_set, to, hold)
    body = {"tier": present.name, "to": to.name, "expires_at": until.isoformat()} | said_set(tier_set)
    return due.record("tier_will_expire", member.id, body, name=_period(until))


def _end_period(due: DueItemContext, tier_set: TierSet, member: Member, until: datetime) -> EventRef | None:
    """Review the tier and begin the next period, in the tier that the last one was enough for.

    Nothing is reported of who stays in the lowest tier, or in none. Without reviews the member stays in the tier.
    """
    if not tier_set.is_reviewed:
        set_period(due, member.id, tier_set, base=member.tier_base, until=None)
        return None
    if until > due.now:  # another period has begun since this was read
        ends: TierDueKind = "tier_review" if tier_set.can_lose(member.tier) else "tier_period"
        due.set_due_items({ends: until}, member=member.id)
        return None
    to = _reviewed(due, tier_set, member)
    next_until = _begin_next(due, tier_set, member, to, until)
    reported = None if to is None else _report(due, tier_set, member, to, until, next_until)
    if counts_after(due.tx, tier_set, member.id, until):
        judge_member(due, due.facts_of(member.id), tier_set)
    return reported


def _reviewed(due: DueItemContext, tier_set: TierSet, member: Member) -> Tier | None:
    """Return the tier after a review; None: the member has no tier of the program until they reach one."""
    present = tier_set.named(member.tier)
    if present is None:
        return None
    amount = standing_of(due.tx, due.program, tier_set, member, now=due.now)
    return _within(due, tier_set, member, _earned(due, tier_set, member, present, amount))


def _begin_next(
    due: DueItemContext, tier_set: TierSet, member: Member, to: Tier | None, until: datetime
) -> datetime | None:
    """Begin the period after one that ends at a moment, and return when it ends."""
    balance = without_later(due.tx, tier_set, _balance(member, tier_set), member.id, until)
    last = period_in(due.tx, member.id, tier_set).review
    review = TierReview(until, None if last is None else last.at, member.tier_base)
    next_until = _kept_until(due, tier_set, member)
    set_period(due, member.id, tier_set, base=counted(tier_set, balance), until=next_until, review=review)
    schedule_end(due, tier_set, member.id, member.tier if to is None else to.name, next_until)
    return next_until


def _report(
    due: DueItemContext, tier_set: TierSet, member: Member, to: Tier, until: datetime, next_until: datetime | None
) -> EventRef | None:
    """Put the member into the tier after a review, and record what became of the one before."""
    present = tier_set.named(member.tier)
    if present is not None and to != present:
        up = to.start > present.start
        put_into(due, member.id, tier_set, to.name, up=up, until=next_until)
        body = {"from": present.name, "to": to.name, "up": up} | said_set(tier_set)
        return due.record("tier_changed", member.id, body, name=_period(until))
    if not tier_set.can_lose(to.name):
        return None
    kept = {"tier": to.name, "until": None if next_until is None else next_until.isoformat()}
    return due.record("tier_kept", member.id, kept | said_set(tier_set), name=_period(until))


def _balance(member: Member, tier_set: TierSet) -> Balance:
    return member.balances.get(tier_set.wallet.code, NO_POINTS)


def _earned(due: DueItemContext, tier_set: TierSet, member: Member, present: Tier, amount: Amount) -> Tier:
    """Return the tier that a standing leaves a member in after a review, without a tier by hand."""
    hold = hold_of(due, member.id, tier_set)
    if hold is None or (hold.direction == "floor" and present.name != hold.tier):
        return reviewed(tier_set, present, amount)
    return tier_without(due, tier_set, member, hold, amount) or tier_set.tiers[0]


def _within(due: DueItemContext, tier_set: TierSet, member: Member, earned: Tier) -> Tier:
    """Return the tier that a tier by hand leaves of one that a review found; the review ends an upper bound."""
    hold = hold_of(due, member.id, tier_set)
    if hold is None:
        return earned
    if hold.direction == "ceiling":
        due.tx.tier_holds.remove_hold(member.id, tier_set.name)
        due.tx.due_items.clear(due.subject, "tier_hold_end")
        return earned
    until = _kept_until(due, tier_set, member)
    due.tx.tier_holds.set_hold(
        member.id, tier_set.name, replace(hold, before=earned.name, before_until=until), now=due.now
    )
    return within_hold(tier_set, earned, hold)


def _kept_until(due: DueItemContext, tier_set: TierSet, member: Member) -> datetime | None:
    return kept_until(due.program, tier_set, registered_at=member.registered_at, now=due.now)


def _end_hold(due: DueItemContext, tier_set: TierSet, member: Member) -> EventRef | None:
    """End a tier by hand whose date has come; the member comes into the tier they would be in without it."""
    hold = due.tx.tier_holds.hold(member.id, tier_set.name)
    if hold is None or hold.until is None:
        return None
    if hold.until > due.now:  # it was prolonged since this was read
        due.set_due_items({"tier_hold_end": hold.until}, member=member.id)
        return None
    body = {"tier": hold.tier} | said_set(tier_set)
    reported = due.record("tier_unassigned", member.id, body, name=_period(hold.until))
    end_hold(due, tier_set, member, hold)
    return reported


def _period(until: datetime) -> str:
    """Return the name that distinguishes the periods of one member: the end of the period in UTC."""
    return until.astimezone(UTC).isoformat()
