"""Due items of tiers: a member rises by a new program, is warned, and keeps a tier for another period or loses it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.program.tiers import Tier
from loyalty.program.wallets import Points
from loyalty.references import EventRef
from loyalty.store.due_items import TIER_KINDS, TierDueKind
from loyalty.store.members import NO_POINTS, Member, TierReview
from loyalty.store.tiers import DEFAULT_SET
from loyalty.tiers.ending import end_hold, tier_without
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.periods import points_after
from loyalty.tiers.rising import judge_member, judge_standing
from loyalty.tiers.standing import counted, due_times, kept_until, reviewed


def run_tier_item(due: DueItemContext, kind: TierDueKind) -> EventRef | None:
    """Judge the member whose id is the subject, warn them, or review the tier; return the event that reports it."""
    member = due.tx.members.facts(due.subject)
    if kind == "judge_tier":
        judge_member(due, member)
        return None
    if kind == "tier_hold_end":
        return _end_hold(due, member)
    present, until = due.program.tier_named(member.tier), member.tier_until
    if present is None or until is None or not due.program.reviews_tiers:
        return None  # a newer program does not have this tier, or reviews none: it stays as it is
    match kind:
        case "tier_warn":
            return _warn(due, member, present, until)
        case "tier_review":
            return _review(due, member, present, until)
        case _:
            assert_never(kind)


def _warn(due: DueItemContext, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Record `tier_will_expire`, with the tier that the review would leave the member in as of now."""
    warn_at = due_times(due.program, until, now=due.now).get("tier_warn")
    if warn_at is None:  # the program in force does not warn
        return None
    if warn_at > due.now:  # the program in force warns later
        due.set_due_items({"tier_warn": warn_at}, member=member.id)
        return None
    hold = hold_of(due, member.id)
    to = _earned(due, member, present)
    if hold is not None and hold.direction != "ceiling":
        to = within_hold(due.program, to, hold)
    body = {"tier": present.name, "to": to.name, "expires_at": until.isoformat()}
    return due.record("tier_will_expire", member.id, body, name=_period(until))


def _review(due: DueItemContext, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Begin the next period, in the tier that the last one was enough for."""
    if until > due.now:  # another period has begun since this was read
        due.set_due_items({"tier_review": until}, member=member.id)
        return None
    wallet = due.program.tier_wallet.code
    balance = member.balances.get(wallet, NO_POINTS)
    later = points_after(due, member.id, until)  # what happened after the period that ends, and was booked already
    ended = balance._replace(qualifying=Points(balance.qualifying - later))
    earned = _earned(due, replace(member, balances={wallet: ended}), present)
    to = _within(due, member, earned)
    next_until = kept_until(due.program, to, now=due.now)
    last = due.tx.members.tier_period(member.id).review
    review = TierReview(until, None if last is None else last.at, member.tier_base)
    base = counted(due.program, ended)
    due.tx.members.set_period(member.id, base=base, until=next_until, now=due.now, review=review)
    following = {} if next_until is None else due_times(due.program, next_until, now=due.now)
    due.set_due_items(following, member=member.id, replacing=TIER_KINDS)
    if to != present:
        up = to.start > present.start
        due.tx.members.set_tier(member.id, to.name, up=up, until=next_until, now=due.now)
        body = {"from": present.name, "to": to.name, "up": up}
        reported = due.record("tier_changed", member.id, body, name=_period(until))
    else:
        kept = {"tier": to.name, "until": None if next_until is None else next_until.isoformat()}
        reported = due.record("tier_kept", member.id, kept, name=_period(until))
    if later:
        judge_standing(due, member.id, balance, base=base)
    return reported


def _earned(due: DueItemContext, member: Member, present: Tier) -> Tier:
    """Return the tier that a member would be in after a review, without a tier by hand."""
    hold = hold_of(due, member.id)
    if hold is None or (hold.direction == "floor" and present.name != hold.tier):
        return reviewed(due.program, member, present)
    return tier_without(due, member, hold) or due.program.tiers[0]


def _within(due: DueItemContext, member: Member, earned: Tier) -> Tier:
    """Return the tier that a tier by hand leaves of one that a review found; the review ends an upper bound."""
    hold = hold_of(due, member.id)
    if hold is None:
        return earned
    if hold.direction == "ceiling":
        due.tx.tier_holds.remove_hold(member.id, DEFAULT_SET)
        due.tx.due_items.clear(member.id, "tier_hold_end")
        return earned
    until = kept_until(due.program, earned, now=due.now)
    due.tx.tier_holds.set_hold(
        member.id, DEFAULT_SET, replace(hold, before=earned.name, before_until=until), now=due.now
    )
    return within_hold(due.program, earned, hold)


def _end_hold(due: DueItemContext, member: Member) -> EventRef | None:
    """End a tier by hand whose date has come; the member comes into the tier they would be in without it."""
    hold = due.tx.tier_holds.hold(member.id, DEFAULT_SET)
    if hold is None or hold.until is None:
        return None
    if hold.until > due.now:  # it was prolonged since this was read
        due.set_due_items({"tier_hold_end": hold.until}, member=member.id)
        return None
    reported = due.record("tier_unassigned", member.id, {"tier": hold.tier}, name=_period(hold.until))
    end_hold(due, member, hold)
    return reported


def _period(until: datetime) -> str:
    """Return the name that distinguishes the periods of one member: the end of the period in UTC."""
    return until.astimezone(UTC).isoformat()
