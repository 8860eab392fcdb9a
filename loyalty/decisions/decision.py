"""What reactors and achievements answered to one event, with the reason of each yes and each no."""

from datetime import date
from decimal import Decimal
from typing import Literal

from loyalty.decisions.reasons import Reason, sentence
from loyalty.program.effects import Effect
from rules.frozen import frozen

Verdict = Literal[
    "fired",
    "not_active_yet",
    "no_longer_active",
    "condition_false",
    "limit_reached",
    "counted",
    "counted_already",
    "counts_nothing",
    "completed_already",
    "too_much_work",
]
"""The first is a reactor's yes, `counted` an achievement's; all others are a no."""


@frozen
class Answer:
    """One answer. `source` is `reactor/NAME` or `achievement/NAME`, `said` what the reason does not tell of itself.

    What completing an achievement gives is an answer of the achievement's, too: to `achievement_completed`.
    """

    source: str
    verdict: Verdict
    said: str
    effects: tuple[Effect, ...] = ()
    place: str = ""
    reason: Reason | None = None
    """The facts behind the sentence, where there are any."""

    @property
    def because(self) -> str:
        """Why, in a sentence; empty where nobody asked."""
        return self.said or ("" if self.reason is None else sentence(self.reason))

    @property
    def fired(self) -> bool:
        """Whether its effects apply."""
        return self.verdict == "fired"


@frozen
class Claim:
    """What a firing takes from its reactor's limits, on the local day of its event."""

    reactor: str
    per: Literal["member", "program"]
    day: date
    times: int
    points: Decimal


@frozen
class Decision:
    """All answers to one event, and what they take from limits."""

    answers: tuple[Answer, ...]
    claims: tuple[Claim, ...] = ()

    def effects(self) -> list[tuple[str, int, Effect]]:
        """Every effect with its source and its number within the source: together they name it for ever."""
        return [(a.source, n, e) for a in self.answers for n, e in enumerate(a.effects)]
