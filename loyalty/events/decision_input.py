"""The complete input of a decision, apart from the program."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.decisions.decision import Decision
from loyalty.events.campaign_codes import GivenCodes
from loyalty.events.decide import decide
from loyalty.events.deductions import Spendable
from loyalty.events.reward_stock import RewardsLeft
from loyalty.program.program import Program
from loyalty.store.events import Event
from loyalty.store.limits import LimitUsage
from loyalty.store.members import Member


@dataclass(frozen=True, slots=True)
class DecisionInput:
    """The complete input of a decision, apart from the program; equal inputs give equal decisions."""

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

    def evaluate(self, program: Program) -> Decision:
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
