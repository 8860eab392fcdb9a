"""Bounds on the size of a rule and on the work of one evaluation, so that a hostile rule costs little."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from rules.errors import TooMuchAtOnce, TooMuchWork, TooMuchWorkTogether
from rules.values import Json

DEPTH = 100
"""How deep operators and arrays may be nested in a rule."""

NODES = 10_000
"""Most operators, arrays and literals in a rule."""

CHARACTERS = 200_000
"""Most characters in all text literals of a rule together."""

STEPS = 1_000_000
"""Most steps of one evaluation: parts evaluated in loops, elements scanned or copied, characters produced."""

UNASKED = 20_000
"""Steps of one evaluation, about 10 ms, below which it does not check whether it may take more."""

RESULT_DEPTH = 200
"""How deep arrays and objects may be nested in a result."""


class StepBudget:
    """The steps that one evaluation has left."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = STEPS

    def charge(self, steps: int) -> None:
        """Spend steps; raise TooMuchWork when none are left, or TooMuchAtOnce."""
        self.left -= steps
        if self.left < STEPS - UNASKED:
            check_steps(STEPS - self.left)

    def end(self) -> None:
        """Add the steps of this evaluation to the shared sum."""
        if self.left != STEPS:
            count_together(STEPS - self.left)


def check_steps(steps: int) -> None:
    """Raise TooMuchWork if an evaluation may not take so many steps, TooMuchAtOnce if it may not here.

    Generated code, which counts steps in a local variable, calls this past UNASKED.
    """
    if steps > _at_once.get():
        raise TooMuchAtOnce
    if steps > STEPS:
        count_together(STEPS)
        raise TooMuchWork


class _SharedBudget:
    """The steps that several evaluations have left together."""

    __slots__ = ("left", "most")

    def __init__(self, most: int) -> None:
        self.most = self.left = most


_shared: ContextVar[_SharedBudget | None] = ContextVar("steps of several evaluations", default=None)
_at_once: ContextVar[float] = ContextVar("steps that may be taken here", default=inf)


@contextmanager
def steps_at_once(most: float) -> Iterator[None]:
    """Limit the evaluations in the block to a number of steps, each and together; beyond, raise TooMuchAtOnce.

    `most`: UNASKED or more. The work is then done elsewhere, where it blocks nothing else.
    """
    token = _at_once.set(most)
    try:
        yield
    finally:
        _at_once.reset(token)


@contextmanager
def steps_together(most: int) -> Iterator[None]:
    """Limit all evaluations in the block together to a number of steps; the one beyond raises TooMuchWorkTogether."""
    token = _shared.set(_SharedBudget(most))
    try:
        yield
    finally:
        _shared.reset(token)


def count_together(steps: int) -> None:
    """Count the steps of an evaluation that is over; raise TooMuchWorkTogether past the bound of `steps_together`.

    And TooMuchAtOnce past that of `steps_at_once`.
    """
    shared = _shared.get()
    if shared is not None:
        shared.left -= steps
        if shared.most - shared.left > _at_once.get():
            raise TooMuchAtOnce
        if shared.left < 0:
            raise TooMuchWorkTogether(shared.most)


def bounded_result(value: Json) -> Json:
    """Return the value; raise TooMuchWork if its arrays and objects are too deep or too large to be serialized."""
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
