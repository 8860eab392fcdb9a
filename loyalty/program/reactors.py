"""Reactors and their limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from loyalty.calendar import Period
from loyalty.program.effect_rules import AwardPointsRule, EffectRule, logics_in
from loyalty.program.logic import Logic, Place


@dataclass(frozen=True, slots=True)
class Limit:
    """At most a number of firings, or of points, per calendar period."""

    per: Literal["member", "program"]
    every: Period
    times: int | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class CodeRule:
    """The redemption code that a reactor requires: the text that a rule gives, and how often each code can be used."""

    given: Logic
    uses: int = 1


@dataclass(frozen=True, slots=True)
class Reactor:
    """On an event of a type, if a condition holds, apply these effects, within limits."""

    name: str
    title: str
    on: str
    when: Logic | None
    then: tuple[EffectRule, ...]
    limits: tuple[Limit, ...]
    active_from: datetime | None
    active_until: datetime | None
    place: Place
    code: CodeRule | None = None
    """The redemption code that it requires; None: none."""

    @property
    def source(self) -> str:
        """The name of the reactor in decisions, ledger and messages."""
        return f"reactor/{self.name}"

    def awarded_wallets(self) -> tuple[str, ...]:
        """Return the wallets that the reactor may add points to."""
        return tuple({rule.wallet: None for rule in self.then if isinstance(rule, AwardPointsRule)})

    def logics(self) -> Iterator[Logic]:
        """Yield the rules of the condition and of the effects."""
        if self.when is not None:
            yield self.when
        if self.code is not None:
            yield self.code.given
        for effect in self.then:
            yield from logics_in(effect)
