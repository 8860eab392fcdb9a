"""All steps of one event, one after the other: for in-memory engines, and for batches of events."""

from collections.abc import Callable, Mapping

from loyalty.achievements.updates import update_achievements
from loyalty.engine.deciding import decide_event
from loyalty.events.context import EventContext
from loyalty.members.effects import change_member
from loyalty.points.effects import post_points
from loyalty.rewards.effects import issue_rewards

STEPS: Mapping[str, Callable[[EventContext], None]] = {
    "award_points": post_points,
    "change_member": change_member,
    "issue_rewards": issue_rewards,
    "update_achievements": update_achievements,
}
"""The steps that apply a decision, by the names of their activities."""


def process_event(context: EventContext) -> None:
    """Decide an event and apply the decision; every step reads what the one before it wrote."""
    decide_event(context)
    for name in context.next_steps:
        context.reload_member()
        STEPS[name](context)
    context.next_steps = []
