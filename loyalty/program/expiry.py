"""When points and tiers expire, as program files say it, and the instant that follows from it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, TypeAlias, assert_never

from loyalty.calendar import Duration, add_months, local_day, start_of


@dataclass(frozen=True, slots=True)
class Never:
    """Points that stay."""


@dataclass(frozen=True, slots=True)
class After:
    """Points that expire so long after they were awarded."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class EndOf:
    """Points that expire when the month or year of their award ends."""

    period: Literal["month", "year"]


@dataclass(frozen=True, slots=True)
class OnDate:
    """Points that expire when the next such day of the year begins."""

    month: int
    day: int


Expiry: TypeAlias = Never | After | EndOf | OnDate


def expires_at(rule: Expiry, *, now: datetime, zone: tzinfo) -> datetime | None:
    """When points awarded now expire: the first instant at which they are gone."""
    match rule:
        case Never():
            return None
        case After(duration):
            return duration.after(now, zone)
        case EndOf(period):
            today = local_day(now, zone)
            next_month = add_months(today.replace(day=1), 1)
            return start_of(next_month if period == "month" else date(today.year + 1, 1, 1), zone)
        case OnDate(month, day):
            today = local_day(now, zone)
            this_year = _on(today.year, month, day)
            return start_of(this_year if this_year > today else _on(today.year + 1, month, day), zone)
        case _:
            assert_never(rule)


def _on(year: int, month: int, day: int) -> date:
    """A day of a year; 29 February is 1 March where there is none."""
    return date(year, month, 1) + timedelta(days=day - 1)
