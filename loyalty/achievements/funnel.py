"""How many members came how far with an achievement."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Step: TypeAlias = Literal["began", "quarter", "half", "threeQuarters", "completed", "completedAgain"]

QUARTERS = (1, 2, 3)


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
