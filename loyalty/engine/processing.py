"""All steps of one event, one after the other: for trials, and for when there are many events and nobody is waiting."""

from collections.abc import Callable, Mapping

from loyalty.achievements.operations import move_achievements
from loyalty.engine.deciding import decide_event
from loyalty.events.context import Step
from loyalty.members.operations import change_member
from loyalty.points.operations import move_points
from loyalty.rewards.operations import issue_rewards

WORK: Mapping[str, Callable[[Step], None]] = {
    "award_points": move_points,
    "change_member": change_member,
    "issue_rewards": issue_rewards,
    "update_achievements": move_achievements,
}
"""What applies a decision, by the names under which it asks for them."""


def answer(step: Step) -> None:
    """Decide, and apply what was decided; every step sees what the one before it did."""
    decide_event(step)
    for name in step.steps:
        step.look_again()
        WORK[name](step)
    step.steps = []
