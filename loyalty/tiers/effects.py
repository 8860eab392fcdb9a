"""Move a member to another tier, or into their first one."""

from loyalty.events.context import EventContext
from loyalty.program.effects import SetTier
from loyalty.program.tiers import TierSet
from loyalty.tiers.beginning import begin_period
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.messages import send_tier_changed
from loyalty.tiers.places import facts_in, put_into
from loyalty.tiers.rising import enter_tier, watch_months


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
    """Begin the periods of a member who was registered, and put them into the lowest tier of other sets.

    If another revision was deployed since the event was accepted, the member is judged by it, as all others were then.
    """
    for tier_set in context.program.tier_sets.values():
        if not tier_set.is_default:
            _enter_lowest(context, tier_set)
        begin_period(context, tier_set, facts_in(context, context.event.member, tier_set))
        watch_months(context, context.member, tier_set)
    if not context.tx.revisions.is_in_force(context.state.revision):
        context.schedule(context.event.member, {"judge_tier": context.now}, member=context.event.member)


def _enter_lowest(context: EventContext, tier_set: TierSet) -> None:
    member = facts_in(context, context.event.member, tier_set)
    if member.tier is None and tier_set.begins_at_nothing:
        lowest = tier_set.tiers[0]
        put_into(context, member.id, tier_set, lowest.name, up=True, until=None)
        send_tier_changed(context, lowest.name, up=True, tier_set=tier_set.name)
