"""The progress of a member with an achievement."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loyalty.achievements.progress import current_progress
from loyalty.program.achievements import Achievement
from loyalty.store.memory.member_state import MemberState


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """How often a member has completed an achievement, and the progress as of now."""

    achievement: str
    completed: int
    progress: Decimal
    goal: Decimal


def progress_of(state: MemberState, achievement: Achievement, today: date) -> MemberProgress:
    """Return a member's progress on a day; the goal if the achievement cannot be completed any more."""
    name, goal = achievement.name, achievement.goal
    completed = state.completed.get(name, 0)
    if achievement.repeat is not None and completed >= achievement.repeat:
        return MemberProgress(name, completed, goal, goal)
    return MemberProgress(name, completed, current_progress(achievement, state.daily_sums.get(name, []), today), goal)
