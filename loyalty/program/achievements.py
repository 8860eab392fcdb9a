"""Achievements, their measures and windows."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from loyalty.program.effect_rules import EffectRule, logics_in
from loyalty.program.logic import Logic, Place


@dataclass(frozen=True, slots=True)
class CountEvents:
    """Count one for each event."""


@dataclass(frozen=True, slots=True)
class CountDays:
    """Count one for each local day with an event."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of a number that each event gives."""

    number: Logic


@dataclass(frozen=True, slots=True)
class Distinct:
    """The number of distinct values."""

    value: Logic


Measure: TypeAlias = CountEvents | CountDays | Sum | Distinct


@dataclass(frozen=True, slots=True)
class Last:
    """The last `days` local days, the present one included."""

    days: int


Window: TypeAlias = Literal["all", "streak", "day", "week", "month", "year"] | Last


@dataclass(frozen=True, slots=True)
class Achievement:
    """A goal towards which the events of a member count."""

    name: str
    title: str
    description: str
    on: str
    when: Logic | None
    measure: Measure
    window: Window
    goal: Decimal
    repeat: int | None
    """How often it can be completed; None: unlimited."""
    then: tuple[EffectRule, ...]
    place: Place
    measure_text: str = ""
    """The event type and the measure, as JSON."""

    def logics(self) -> Iterator[Logic]:
        """Yield the rules of the condition, of the measure and of the effects."""
        if self.when is not None:
            yield self.when
        match self.measure:
            case Sum(rule) | Distinct(rule):
                yield rule
            case CountEvents() | CountDays():
                pass
            case _:
                assert_never(self.measure)
        for effect in self.then:
            yield from logics_in(effect)
