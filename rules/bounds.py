"""What one rule and one evaluation may take. Past a bound a rule is refused, so a hostile one costs little."""

from rules.errors import TooMuchWork
from rules.values import Json

DEPTH = 100
"""Operators and arrays inside one another in a rule."""

NODES = 10_000
"""Operators, arrays and literals in a rule."""

CHARACTERS = 200_000
"""Text in a rule, all its literals together."""

STEPS = 1_000_000
"""Parts evaluated inside loops, elements scanned or copied and characters made, in one evaluation."""

RESULT_DEPTH = 200
"""Arrays and objects inside one another in a result."""


class StepBudget:
    """The steps one evaluation has left."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = STEPS

    def charge(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork


def raise_out_of_steps() -> None:
    raise TooMuchWork


def bounded_result(value: Json) -> Json:
    """The value itself, when its arrays and objects are small enough to be written down."""
    if not isinstance(value, list | dict):
        return value
    level, elements = [value], 0
    for _ in range(RESULT_DEPTH):
        inner = [element for element in level if isinstance(element, list | dict)]
        elements += sum(map(len, inner))
        if elements > STEPS:
            break
        level = [part for holder in inner for part in (holder.values() if isinstance(holder, dict) else holder)]
        if not level:
            return value
    raise TooMuchWork("the result is too large or too deep")
