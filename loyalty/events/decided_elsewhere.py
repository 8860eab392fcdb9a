"""Decisions that take long are made outside of the unit of work that stores them, by what they read in it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.decisions.decision import Decision
from loyalty.events.campaign_codes import GivenCodes
from loyalty.events.decide import decide
from loyalty.events.decision_size import DecisionTooLarge
from loyalty.events.deductions import Spendable
from loyalty.events.reward_stock import RewardsLeft
from loyalty.program.program import Program
from loyalty.store.events import Event
from loyalty.store.limits import LimitUsage
from loyalty.store.members import Member
from rules import TooMuchAtOnce, TooMuchWorkTogether, steps_at_once


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """All that a decision reads beside the program; equal inputs give equal decisions."""

    member: Member | None
    event: Event
    usage: LimitUsage
    spendable: Spendable
    now: datetime
    with_reasons: bool
    rewards_left: RewardsLeft
    codes: GivenCodes
    is_frozen: bool = False
    is_test: bool = False

    def decide(self, program: Program) -> Decision:
        """Return the decision; raise as `loyalty.events.decide.decide`."""
        return decide(
            program,
            self.member,
            self.event,
            self.usage,
            self.spendable,
            now=self.now,
            with_reasons=self.with_reasons,
            rewards_left=self.rewards_left,
            codes=self.codes,
            is_frozen=self.is_frozen,
            is_test=self.is_test,
        )


@dataclass(frozen=True, slots=True)
class DecidedElsewhere:
    """What was decided by an input, or the error of it."""

    by: DecisionInput
    outcome: Decision | TooMuchWorkTogether | DecisionTooLarge


class NeedsDecision(Exception):
    """A decision takes more steps than the unit of work may: make it by its input, and run the step again with it."""

    def __init__(self, by: DecisionInput) -> None:
        super().__init__("the decision takes more steps than a transaction may")
        self.by = by


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How a step decides that must not take long."""

    steps: int
    """The steps that its rules may take."""
    decided: DecidedElsewhere | None = None

    def decide(self, program: Program, by: DecisionInput) -> Decision:
        """Return the decision, or the one that was made elsewhere by the same input; raise NeedsDecision."""
        if self.decided is not None and self.decided.by == by:
            if isinstance(self.decided.outcome, Exception):
                raise self.decided.outcome
            return self.decided.outcome
        try:
            with steps_at_once(self.steps):
                return by.decide(program)
        except TooMuchAtOnce:
            raise NeedsDecision(by) from None
