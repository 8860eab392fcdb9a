"""What an event adds to the achievements on its type, by their rules alone. Pure: no progress is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias, assert_never

import rules
from loyalty.decisions.decision import RuleOutcome
from loyalty.events.decide import MAX_STEPS, beyond, number_of, over_budget, rule_input, why_false
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Sum
from loyalty.program.program import Program
from loyalty.store.events import Event
from loyalty.store.members import Member
from rules.storable import find_excess


@dataclass(frozen=True, slots=True)
class Amount:
    """What an event adds to one achievement."""

    number: Decimal
    value: str = ""
    """What `distinct` counts."""


@dataclass(frozen=True, slots=True)
class NoNumber:
    """Why the measure of an achievement gives no number."""

    reason: str


Measured: TypeAlias = Amount | NoNumber | RuleOutcome
"""What the rules of an achievement give: an amount, or an outcome if they are false or take too long."""

ONE = Amount(Decimal(1))


@dataclass(frozen=True, slots=True)
class AchievementsInput:
    """The complete input of the rules of achievements on an event; equal inputs give equal values."""

    member: Member
    event: Event
    now: datetime
    with_reasons: bool

    def evaluate(self, program: Program) -> Mapping[str, Measured]:
        """Return what the event adds, by achievement; raise TooMuchWorkTogether."""
        values = rule_input(program, self.member, self.event, now=self.now)
        achievements = program.achievements_on.get(self.event.type, ())
        return measure_all(achievements, values, with_reasons=self.with_reasons)


def measure_all(
    achievements: Iterable[Achievement], values: Mapping[str, Any], *, with_reasons: bool
) -> Mapping[str, Measured]:
    """Return what an event adds to each achievement, given the input of the rules; raise TooMuchWorkTogether."""
    with rules.steps_together(MAX_STEPS):
        return {each.name: _measured(each, values, with_reasons=with_reasons) for each in achievements}


def has_rules(achievement: Achievement) -> bool:
    """Return whether an achievement has rules to evaluate; without any, each event adds ONE."""
    return achievement.when is not None or isinstance(achievement.measure, Sum | Distinct)


def _measured(achievement: Achievement, values: Mapping[str, Any], *, with_reasons: bool) -> Measured:
    try:
        when = achievement.when
        if when is None or when.rule(values) is True:
            return _amount(achievement, values)
        reason = why_false(when, values) if with_reasons else None
    except rules.TooMuchWork as error:
        return over_budget(f"achievement/{achievement.name}", achievement.place, error)
    return RuleOutcome(f"achievement/{achievement.name}", "condition_false", "", (), str(achievement.place), reason)


def _amount(achievement: Achievement, values: Mapping[str, Any]) -> Amount | NoNumber:
    match achievement.measure:
        case Sum(number):
            added = number_of(number, values)
            return NoNumber(added) if isinstance(added, str) else Amount(Decimal(added))
        case Distinct(value):
            found = value.rule(values)
            if found is None:
                return NoNumber(f"{value.place} gave no value")
            if excess := find_excess(found):
                return NoNumber(beyond(value, excess))
            return Amount(Decimal(1), found[:255] if isinstance(found, str) else rules.exact.dumps(found)[:255])
        case CountEvents() | CountDays():
            return ONE
        case _:
            assert_never(achievement.measure)
