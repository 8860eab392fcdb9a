"""A member is moved to another tier, or comes into the first one."""

from loyalty.events.context import EventContext
from loyalty.program.effects import SetTier
from loyalty.program.tiers import TierSet
from loyalty.store.due_items import TIER_KINDS
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.messages import send_tier_changed
from loyalty.tiers.places import facts_in, put_into, set_period, subject_of
from loyalty.tiers.rising import enter_tier, watch_months
from loyalty.tiers.standing import due_times, kept_until


def move_to_tier(context: EventContext, effect: SetTier) -> None:
    """Put the member into a tier, up or down, as far as a tier by hand allows, and cause `tier_changed`.

    Nothing is done if they are in it, or the program does not have it any more.
    """
    tier_set = context.program.tier_sets.get(effect.tier_set)
    tier = None if tier_set is None else tier_set.named(effect.tier)
    if tier_set is None or tier is None:
        return
    member = facts_in(context, context.event.member, tier_set)
    if tier.name == member.tier:
        return
    present = tier_set.named(member.tier)
    allowed = within_hold(tier_set, tier, hold_of(context, member.id, tier_set))
    if allowed.name == member.tier:
        context.log.append(f"no tier {tier.name}: {allowed.name} was set by hand")
        return
    up = present is None or present.start < allowed.start
    enter_tier(context, tier_set, member, allowed, up=up)


def begin_periods(context: EventContext) -> None:
    """Begin the period of the tier that the member was registered into, and put them into the lowest of other sets."""
    for tier_set in context.program.tier_sets.values():
        if not tier_set.is_default:
            _enter_lowest(context, tier_set)
        _begin_period(context, tier_set)
        watch_months(context, context.member, tier_set)


def _enter_lowest(context: EventContext, tier_set: TierSet) -> None:
    member = facts_in(context, context.event.member, tier_set)
    if member.tier is None and tier_set.begins_at_nothing:
        lowest = tier_set.tiers[0]
        put_into(context, member.id, tier_set, lowest.name, up=True, until=None)
        send_tier_changed(context, lowest.name, up=True, tier_set=tier_set.name)


def _begin_period(context: EventContext, tier_set: TierSet) -> None:
    member = facts_in(context, context.event.member, tier_set)
    tier = tier_set.named(member.tier) if tier_set.is_reviewed else None
    registered_at = member.registered_at
    until = None
    if tier is not None:
        until = kept_until(context.program, tier_set, tier, registered_at=registered_at, now=context.now)
    if until is not None and member.tier_until is None:
        set_period(context, member.id, tier_set, base=member.tier_base, until=until)
        due = due_times(context.program, until, now=context.now)
        context.set_due_items(subject_of(member.id, tier_set), due, replacing=TIER_KINDS)
