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
from loyalty.tiers.periods import points_after
from loyalty.tiers.rising import judge_member, judge_standing
from loyalty.tiers.standing import due_times, kept_until, reviewed


def run_tier_item(due: DueItemContext, kind: TierDueKind) -> EventRef | None:
    """Judge the member whose id is the subject, warn them, or review the tier; return the event that reports it."""
    member = due.tx.members.facts(due.subject)
    if kind == "judge_tier":
        judge_member(due, member)
        return None
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
    """Record `tier_will_expire` if the member would lose the tier as of now."""
    warn_at = due_times(due.program, until, now=due.now).get("tier_warn")
    if warn_at is None:  # the program in force does not warn
        return None
    if warn_at > due.now:  # the program in force warns later
        due.set_due_items({"tier_warn": warn_at}, member=member.id)
        return None
    to = reviewed(due.program, member, present)
    if to == present:
        return None
    body = {"tier": present.name, "to": to.name, "expires_at": until.isoformat()}
    return due.record("tier_will_expire", member.id, body, name=_period(until))


def _review(due: DueItemContext, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Begin the next period, in the tier that the last one was enough for."""
    if until > due.now:  # another period has begun since this was read
        due.set_due_items({"tier_review": until}, member=member.id)
        return None
    wallet = due.program.default_wallet.code
    balance = member.balances.get(wallet, NO_POINTS)
    later = points_after(due, member.id, until)  # what happened after the period that ends, and was booked already
    ended = balance._replace(qualifying=Points(balance.qualifying - later))
    to = reviewed(due.program, replace(member, balances={wallet: ended}), present)
    next_until = kept_until(due.program, to, now=due.now)
    last = due.tx.members.tier_period(member.id).review
    review = TierReview(until, None if last is None else last.at, member.tier_base)
    base = ended.qualifying
    due.tx.members.set_period(member.id, base=base, until=next_until, now=due.now, review=review)
    following = {} if next_until is None else due_times(due.program, next_until, now=due.now)
    due.set_due_items(following, member=member.id, replacing=TIER_KINDS)
    reported = None
    if to != present:
        due.tx.members.set_tier(member.id, to.name, until=next_until, now=due.now)
        body = {"from": present.name, "to": to.name, "up": False}
        reported = due.record("tier_changed", member.id, body, name=_period(until))
    if later:
        judge_standing(due, member.id, balance, base=base)
    return reported


def _period(until: datetime) -> str:
    """Return the name that distinguishes the periods of one member: the end of the period in UTC."""
    return until.astimezone(UTC).isoformat()
