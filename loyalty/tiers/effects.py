"""A member is moved to another tier."""

from loyalty.events.context import EventContext
from loyalty.program.tiers import Tier
from loyalty.store.due_items import TIER_KINDS
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.rising import enter_tier
from loyalty.tiers.standing import due_times, kept_until


def move_to_tier(context: EventContext, tier: Tier) -> None:
    """Put the member into a tier, up or down, as far as a tier by hand allows, and cause `tier_changed`."""
    present = context.program.tier_named(context.tier)
    allowed = within_hold(context.program, tier, hold_of(context, context.event.member))
    if allowed.name == context.tier:
        context.log.append(f"no tier {tier.name}: {allowed.name} was set by hand")
        return
    tier = allowed
    up = present is None or present.start < tier.start
    enter_tier(context, context.facts_of(context.event.member), tier, up=up)


def begin_period(context: EventContext) -> None:
    """Begin the period of the tier that the member was registered into."""
    member = context.member
    tier = context.program.tier_named(member.tier) if context.program.reviews_tiers else None
    until = None if tier is None else kept_until(context.program, tier, now=context.now)
    if until is not None and member.tier_until is None:
        context.tx.members.set_period(context.event.member, base=member.tier_base, until=until, now=context.now)
        due = due_times(context.program, until, now=context.now)
        context.set_due_items(context.event.member, due, replacing=TIER_KINDS)
