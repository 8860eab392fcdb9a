"""Effects that change a member: badges, tier, attributes."""

from typing import assert_never

from loyalty.events.context import EventContext
from loyalty.program.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.tiers.effects import move_to_tier


def change_member(context: EventContext) -> None:
    """Grant badges, set tiers and attributes, in the order of the decision."""
    attributes = dict(context.member.attributes)
    for source, number, effect in context.decision.effects():
        match effect:
            case GrantBadge(badge):
                context.tx.members.grant_badge(context.event.member, badge, now=context.now)
                context.log.append(f"badge {badge} by {source}")
                context.cause("badge_granted", f"{source}/{number}", {"badge": badge})
            case SetTier():
                move_to_tier(context, effect)
            case SetAttribute(name, value):
                attributes[name] = value
                context.log.append(f"attribute {name} by {source}")
            case AwardPoints() | DeductPoints() | IssueReward() | CallWebhook():
                continue
            case _:
                assert_never(effect)
    if attributes != context.member.attributes:
        context.tx.members.set_attributes(context.event.member, attributes, now=context.now)
