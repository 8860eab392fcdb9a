"""What the reactors answered to one event, with the reason of each yes and each no."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from loyalty.effects import Effect

Verdict = Literal["fired", "not_active_yet", "no_longer_active", "condition_false", "limit_reached"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One reactor's answer. `source` is `reactor/NAME` or `achievement/NAME`, `because` a sentence."""

    source: str
    verdict: Verdict
    because: str
    effects: tuple[Effect, ...] = ()
    place: str = ""

    @property
    def fired(self) -> bool:
        """Whether its effects apply."""
        return self.verdict == "fired"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a firing takes from its reactor's limits, on the local day of its event."""

    reactor: str
    per: Literal["member", "program"]
    day: date
    times: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    """All answers to one event, and what they take from limits."""

    answers: tuple[Answer, ...]
    claims: tuple[Claim, ...] = ()

    def effects(self) -> list[tuple[str, int, Effect]]:
        """Every effect with its source and its number within the source: together they name it for ever."""
        return [(a.source, n, e) for a in self.answers for n, e in enumerate(a.effects)]
