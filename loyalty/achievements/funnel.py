"""The funnel of an achievement: how many members reached each stage of its goal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Step: TypeAlias = Literal["began", "quarter", "half", "threeQuarters", "completed", "completedAgain"]

QUARTERS = (1, 2, 3)

Stage: TypeAlias = int
"""How far one member came: 1 to 3, the quarters of the goal that they reached; 4, completed; 5, completed again."""

COMPLETED: Final[Stage] = 4
COMPLETED_AGAIN: Final[Stage] = 5


def stage_of(best: int | None, goal: int, completed: int) -> Stage | None:
    """Return the stage of a member from the largest sum of any of their windows and the goal, both in millionths.

    None: they have not begun.
    """
    if completed:
        return COMPLETED_AGAIN if completed > 1 else COMPLETED
    return None if best is None else sum(best * 4 >= goal * each for each in QUARTERS)


def funnel_of(members: Mapping[Stage, int]) -> "Funnel":
    """Return the funnel of members, from their stages."""

    def at_least(stage: Stage) -> int:
        return sum(number for each, number in members.items() if each >= stage)

    return Funnel(at_least(0), tuple(map(at_least, QUARTERS)), at_least(COMPLETED), at_least(COMPLETED_AGAIN))


@dataclass(frozen=True, slots=True)
class Funnel:
    """The number of members at each stage; each step includes the members of all later steps.

    `quarters` are those of QUARTERS.
    """

    began: int
    quarters: tuple[int, ...]
    completed: int
    completed_again: int

    def steps(self) -> Iterator[tuple[Step, int]]:
        """Yield each step with its number of members, the first step first."""
        yield "began", self.began
        names: tuple[Step, ...] = ("quarter", "half", "threeQuarters")
        yield from zip(names, self.quarters, strict=True)
        yield "completed", self.completed
        yield "completedAgain", self.completed_again
