"""Evaluate rules that take long outside the unit of work that stores their result."""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from loyalty.program.program import Program
from loyalty.store.events import Event
from rules import TooMuchAtOnce, steps_at_once

T_co = TypeVar("T_co", covariant=True)


class Evaluation(Protocol[T_co]):
    """Rules to evaluate, with their complete input apart from the program: equal ones have equal results."""

    @property
    def event(self) -> Event:
        """The event that the rules are on."""
        ...

    def evaluate(self, program: Program) -> T_co:
        """Return the result of the rules of a program; raise one of BEYOND_BOUNDS."""
        ...


@dataclass(frozen=True, slots=True)
class EvaluatedElsewhere:
    """The result of an evaluation outside the unit of work, or the error that it raised."""

    by: Evaluation[Any]
    outcome: Any


class NeedsEvaluation(Exception):
    """Rules take more steps than the unit of work allows: evaluate them outside it, then run the step again."""

    def __init__(self, by: Evaluation[Any], revision: int) -> None:
        super().__init__("the rules take more steps than a transaction may")
        self.by = by
        self.revision = revision


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How a unit of work evaluates rules within a bound of steps."""

    steps: int
    """The most steps of each evaluation."""
    known: tuple[EvaluatedElsewhere, ...] = ()

    def evaluate(self, by: Evaluation[T_co], program: Program, revision: int) -> T_co:
        """Return the result of rules of a revision, from here or from elsewhere; raise NeedsEvaluation."""
        for each in self.known:
            if each.by == by:
                if isinstance(each.outcome, Exception):
                    raise each.outcome
                outcome: T_co = each.outcome
                return outcome
        try:
            with steps_at_once(self.steps):
                return by.evaluate(program)
        except TooMuchAtOnce:
            raise NeedsEvaluation(by, revision) from None
