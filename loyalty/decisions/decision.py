"""The decision on one event: the outcome of each reactor and achievement, with the reason."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Literal

from loyalty.decisions.reasons import LimitReached, Reason, describe_reason
from loyalty.program.effects import Effect
from rules.frozen import frozen_at_type_check

Verdict = Literal[
    "fired",
    "not_active_yet",
    "no_longer_active",
    "condition_false",
    "code_refused",
    "limit_reached",
    "not_enough_points",
    "came_to_nothing",
    "counted",
    "counted_already",
    "counts_nothing",
    "completed_already",
    "too_much_work",
]
"""The result of a rule: `fired` for a reactor, `counted` for an achievement; all others mean that nothing happens."""


@frozen_at_type_check
class RuleOutcome:
    """The outcome of one reactor or achievement.

    `source` is `reactor/NAME` or `achievement/NAME`. What completing an achievement gives is an outcome of the
    achievement too, on `achievement_completed`.
    """

    source: str
    verdict: Verdict
    text: str
    """The explanation in words, as far as `reason` does not give it."""
    effects: tuple[Effect, ...] = ()
    place: str = ""
    """`file:line:col` of the reactor or achievement."""
    reason: Reason | None = None
    """The facts behind a verdict, if there are any."""
    cut_by: tuple[LimitReached, ...] = field(default=(), compare=False)
    """Every limit that cut an award of points; `reason` is the first. Not stored."""

    @property
    def because(self) -> str:
        """The explanation, as a sentence; empty if the decision was made without reasons."""
        return self.text or ("" if self.reason is None else describe_reason(self.reason))

    @property
    def fired(self) -> bool:
        """Whether its effects apply."""
        return self.verdict == "fired"


@frozen_at_type_check
class Claim:
    """What a firing takes from the limits of its reactor, on the local day of its event."""

    reactor: str
    per: Literal["member", "program"]
    day: date
    times: int
    points: Mapping[str, Decimal]
    """By wallet, in units of the wallet."""


@frozen_at_type_check
class Decision:
    """The outcomes of all reactors and achievements for one event, and what they take from limits."""

    outcomes: tuple[RuleOutcome, ...]
    claims: tuple[Claim, ...] = ()

    def effects(self) -> list[tuple[str, int, Effect]]:
        """Return every effect with its source and its index within the source, which identify it permanently."""
        return [(each.source, n, effect) for each in self.outcomes for n, effect in enumerate(each.effects)]
