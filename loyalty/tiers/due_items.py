"""What the clock does when a tier is due: its member is warned, or it is kept for another period, or lost."""

from datetime import UTC, datetime
from typing import Final

from loyalty.events.due_items import Ring
from loyalty.program.program import Tier
from loyalty.references import EventRef
from loyalty.store.members import NO_POINTS, Member
from loyalty.tiers import standing as tiers

REVIEWS: Final = ("tier_warn", "tier_review")
"""The kinds of deadlines that a member's tier has; the subject is the member."""


def review(due: Ring, kind: str) -> EventRef | None:
    """Do what is due of a member's tier."""
    due.tx.members.lock_member(due.subject)
    member = due.tx.members.facts(due.subject)
    present, until = due.program.tier_named(member.tier), member.tier_until
    if present is None or until is None or not due.program.reviews_tiers:
        due.then(None)  # a newer program has this tier no more, or reviews none: it stays as it is
        return None
    if kind == "tier_warn":
        return _warn(due, member, present, until)
    if until > due.now:  # another period has begun since this was read
        due.then(tiers.next_deadline(due.program, until, warned=False, now=due.now))
        return None
    return _review(due, member, present, until)


def _warn(due: Ring, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Tell whoever would lose the tier by now; who would keep it need not hear of it."""
    due_at, kind = tiers.next_deadline(due.program, until, warned=False, now=due.now)
    if kind != "tier_warn" or due_at > due.now:  # another period has begun since this was read, or another program
        due.then((due_at, kind))
        return None
    due.then((until, "tier_review"))
    to = tiers.reviewed(due.program, member, present)
    if to == present:
        return None
    body = {"tier": present.name, "to": to.name, "expires_at": until.isoformat()}
    return due.event("tier_will_expire", member.id, body, name=_of(until))


def _review(due: Ring, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Begin the next period, in the tier that the last one was enough for."""
    to = tiers.reviewed(due.program, member, present)
    next_until = tiers.kept_until(due.program, to, now=due.now)
    balance = member.balances.get(due.program.default_wallet.code, NO_POINTS)
    due.tx.members.set_period(member.id, base=balance.earned, until=next_until, now=due.now)
    if next_until is None:
        due.then(None)
    else:
        due.then(tiers.next_deadline(due.program, next_until, warned=False, now=due.now))
    if to == present:
        return None
    due.tx.members.set_tier(member.id, to.name, until=next_until, now=due.now)
    return due.event("tier_changed", member.id, {"from": present.name, "to": to.name, "up": False}, name=_of(until))


def _of(until: datetime) -> str:
    """What tells the reviews of a member apart."""
    return until.astimezone(UTC).isoformat()
