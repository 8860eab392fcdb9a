"""Refusals of operations on achievements and badges, as a tree.

AchievementRefusal          progress or badges of a member are not changed
├── UnknownAchievement      the program has no such achievement; `achievements` are those it has
├── UnknownBadge            the program has no such badge; `badges` are those it has
├── ProgressOutOfRange      the progress is negative, not below the goal, or too precise; `goal` is the goal
├── CompletionsOutOfRange   the number of completions is negative, or above `most`, which `repeat` allows
└── BadgesOutOfRange        the number of badges is negative, or above `most`, the largest possible
"""

from collections.abc import Sequence
from decimal import Decimal

from loyalty.refusals import Refusal


class AchievementRefusal(Refusal):
    """Progress or badges of a member are not changed."""


class UnknownAchievement(AchievementRefusal):
    """The program has no such achievement."""

    def __init__(self, achievements: Sequence[str]) -> None:
        super().__init__(f"there is no such achievement; there are {', '.join(achievements) or 'none'}")
        self.achievements = achievements


class UnknownBadge(AchievementRefusal):
    """The program has no such badge."""

    def __init__(self, badges: Sequence[str]) -> None:
        super().__init__(f"there is no such badge; there are {', '.join(badges) or 'none'}")
        self.badges = badges


class ProgressOutOfRange(AchievementRefusal):
    """The progress is negative, not below the goal, or too precise."""

    def __init__(self, goal: Decimal, why: str) -> None:
        super().__init__(why)
        self.goal = goal


class CompletionsOutOfRange(AchievementRefusal):
    """The number of completions is negative, or above what the achievement allows."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it is completed from 0 to {most} times")
        self.most = most


class BadgesOutOfRange(AchievementRefusal):
    """The number of badges is negative, or above the largest possible."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a member has a badge from 0 to {most} times")
        self.most = most
