"""What a sale would give for the rest of it, after a return. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.achievements.measuring import Measured, measure_all
from loyalty.decisions.decision import Decision
from loyalty.events.decide import decide_again, event_input
from loyalty.events.decision_size import BEYOND_BOUNDS
from loyalty.events.facts import Facts
from loyalty.program.program import Program
from loyalty.store.events import Event
from rules import TooMuchWorkTogether


@dataclass(frozen=True, slots=True)
class RestGives:
    """What the rest of a sale gives."""

    decision: Decision | None
    """None: deciding it exceeds the bounds of one event."""
    measured: Mapping[str, Measured]
    """What it adds, by achievement; empty if that exceeds the bounds of one event."""


@dataclass(frozen=True, slots=True)
class RestInput:
    """The rest of a sale as an event, and what the decision on the whole sale read."""

    event: Event
    facts: Facts

    def evaluate(self, program: Program) -> RestGives:
        """Return what the program that decided the sale gives for the rest of it, without reasons."""
        try:
            decision = decide_again(program, self.event, self.facts)
        except BEYOND_BOUNDS:
            decision = None
        member = {} if self.facts.member is None else {"member": self.facts.member}
        values = event_input(self.event, now=self.facts.now) | member
        try:
            measured = measure_all(program.achievements_on.get(self.event.type, ()), values, with_reasons=False)
        except TooMuchWorkTogether:
            measured = {}
        return RestGives(decision, measured)
