"""How many members came how far with an achievement."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Step: TypeAlias = Literal["began", "quarter", "half", "threeQuarters", "completed", "completedAgain"]

QUARTERS = (1, 2, 3)

Stage: TypeAlias = int
"""How far one member came: the quarters of the goal that they reached, 4 completed, 5 completed it again."""

COMPLETED: Final[Stage] = 4
COMPLETED_AGAIN: Final[Stage] = 5


def stage_of(best: int | None, goal: int, completed: int) -> Stage | None:
    """Return how far a member came by the most that a window of theirs held and the goal, both in millionths.

    None: they have not begun.
    """
    if completed:
        return COMPLETED_AGAIN if completed > 1 else COMPLETED
    return None if best is None else sum(best * 4 >= goal * each for each in QUARTERS)


def funnel_of(members: Mapping[Stage, int]) -> "Funnel":
    """Return the funnel of members by their stages."""

    def at_least(stage: Stage) -> int:
        return sum(number for each, number in members.items() if each >= stage)

    return Funnel(at_least(0), tuple(map(at_least, QUARTERS)), at_least(COMPLETED), at_least(COMPLETED_AGAIN))


@dataclass(frozen=True, slots=True)
class Funnel:
    """Members by how far they came; who is in one step is in those before it. `quarters` are those of QUARTERS."""

    began: int
    quarters: tuple[int, ...]
    completed: int
    completed_again: int

    def steps(self) -> Iterator[tuple[Step, int]]:
        """Yield each step with its members, the first step first."""
        yield "began", self.began
        names: tuple[Step, ...] = ("quarter", "half", "threeQuarters")
        yield from zip(names, self.quarters, strict=True)
        yield "completed", self.completed
        yield "completedAgain", self.completed_again
