"""What a decision changes about a member: badges, tier, attributes."""

from loyalty.events.context import Step
from loyalty.program.effects import GrantBadge, SetAttribute, SetTier
from loyalty.program.program import Tier
from loyalty.tiers import standing as tiers


def change_member(step: Step) -> None:
    """Grant badges, set tiers and attributes, in the decision's order."""
    attributes = dict(step.member.attributes)
    for source, number, effect in step.decision.effects():
        match effect:
            case GrantBadge(badge):
                step.tx.members.grant_badge(step.event.member, badge, now=step.now)
                step.did.append(f"badge {badge} by {source}")
                step.cause("badge_granted", f"{source}/{number}", {"badge": badge})
            case SetTier(name):
                tier = step.program.tier_named(name)
                if tier is not None and tier.name != step.tier:
                    move_to_tier(step, tier)
            case SetAttribute(name, value):
                attributes[name] = value
                step.did.append(f"attribute {name} by {source}")
            case _:
                pass
    if attributes != step.member.attributes:
        step.tx.members.set_attributes(step.event.member, attributes, now=step.now)


def move_to_tier(step: Step, tier: Tier) -> None:
    """Put the member into a tier, whose period begins, and tell of it as an event."""
    present = step.program.tier_named(step.tier)
    until = tiers.kept_until(step.program, tier, now=step.now)
    step.tx.members.set_tier(step.event.member, tier.name, until=until, now=step.now)
    if until is not None:
        step.due(step.event.member, tiers.next_deadline(step.program, until, warned=False, now=step.now))
    elif step.program.reviews_tiers:
        step.nothing_due(step.event.member)
    step.did.append(f"tier {tier.name}")
    body = {"from": step.tier, "to": tier.name, "up": present is None or present.start < tier.start}
    step.moved_to = tier.name
    step.cause("tier_changed", tier.name, body)


def begin_period(step: Step) -> None:
    """Begin the period of the tier that a member is registered into."""
    tier = step.program.tier_named(step.member.tier) if step.program.reviews_tiers else None
    until = None if tier is None else tiers.kept_until(step.program, tier, now=step.now)
    if until is not None and step.member.tier_until is None:
        step.tx.members.set_period(step.event.member, base=step.member.tier_base, until=until, now=step.now)
        step.due(step.event.member, tiers.next_deadline(step.program, until, warned=False, now=step.now))
