"""Due items of tiers: a member is warned, and a tier is kept for another period or lost."""

from datetime import UTC, datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.program.tiers import Tier
from loyalty.references import EventRef
from loyalty.store.due_items import TierDueKind
from loyalty.store.members import NO_POINTS, Member
from loyalty.tiers.standing import kept_until, next_due, reviewed


def run_tier_item(due: DueItemContext, kind: TierDueKind) -> EventRef | None:
    """Warn the member whose id is the subject, or review the tier; return the event that reports it, if any."""
    due.tx.members.lock_member(due.subject)
    member = due.tx.members.facts(due.subject)
    present, until = due.program.tier_named(member.tier), member.tier_until
    if present is None or until is None or not due.program.reviews_tiers:
        due.set_next(None)  # a newer program does not have this tier, or reviews none: it stays as it is
        return None
    match kind:
        case "tier_warn":
            return _warn(due, member, present, until)
        case "tier_review":
            return _review(due, member, present, until)
        case _:
            assert_never(kind)


def _warn(due: DueItemContext, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Record `tier_will_expire` if the member would lose the tier as of now."""
    due_at, kind = next_due(due.program, until, warned=False, now=due.now)
    if kind != "tier_warn" or due_at > due.now:  # another period has begun since this was read, or another program
        due.set_next((due_at, kind))
        return None
    due.set_next((until, "tier_review"))
    to = reviewed(due.program, member, present)
    if to == present:
        return None
    body = {"tier": present.name, "to": to.name, "expires_at": until.isoformat()}
    return due.record("tier_will_expire", member.id, body, name=_period(until))


def _review(due: DueItemContext, member: Member, present: Tier, until: datetime) -> EventRef | None:
    """Begin the next period, in the tier that the last one was enough for."""
    if until > due.now:  # another period has begun since this was read
        due.set_next(next_due(due.program, until, warned=False, now=due.now))
        return None
    to = reviewed(due.program, member, present)
    next_until = kept_until(due.program, to, now=due.now)
    balance = member.balances.get(due.program.default_wallet.code, NO_POINTS)
    due.tx.members.set_period(member.id, base=balance.earned, until=next_until, now=due.now)
    if next_until is None:
        due.set_next(None)
    else:
        due.set_next(next_due(due.program, next_until, warned=False, now=due.now))
    if to == present:
        return None
    due.tx.members.set_tier(member.id, to.name, until=next_until, now=due.now)
    body = {"from": present.name, "to": to.name, "up": False}
    return due.record("tier_changed", member.id, body, name=_period(until))


def _period(until: datetime) -> str:
    """Return the name that distinguishes the periods of one member: the end of the period in UTC."""
    return until.astimezone(UTC).isoformat()
