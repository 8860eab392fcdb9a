"""When points and tiers expire, as program files declare it, and the resulting instant."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, TypeAlias, assert_never

from loyalty.calendar import Duration, add_months, local_day, start_of

CalendarUnit: TypeAlias = Literal["day", "month", "quarter", "half_year", "year"]
"""A unit of the calendar, until whose end something lasts."""

NO_TIME = Duration()

_MONTHS_IN: dict[CalendarUnit, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


@dataclass(frozen=True, slots=True)
class Never:
    """Points never expire."""


@dataclass(frozen=True, slots=True)
class After:
    """Points expire a duration after they became active, to the second or when that day, month or year ends."""

    duration: Duration
    through: CalendarUnit | None = None


@dataclass(frozen=True, slots=True)
class EndOf:
    """Points expire when the month, quarter, half year or year in which they became active ends, or later."""

    period: CalendarUnit
    plus: Duration = NO_TIME
    """Months and days that are added to the end of the period."""


@dataclass(frozen=True, slots=True)
class OnDate:
    """Points expire when the next such day of the year ends; it may be the day on which they became active."""

    month: int
    day: int


Expiry: TypeAlias = Never | After | EndOf | OnDate

AnniversaryOf: TypeAlias = Literal["registration", "tier"]


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A tier is reviewed on the anniversary of the registration, or of reaching the tier; or later."""

    of: AnniversaryOf
    plus: Duration = NO_TIME
    """Months and days that are added to that day."""


def anniversary_of(rule: Anniversary, *, registered_at: datetime, now: datetime, zone: tzinfo) -> datetime:
    """Return when the next anniversary's day begins, after the local day of now; 29 February counts as the 28th."""
    today = local_day(now, zone)
    first = today if rule.of == "tier" else local_day(registered_at, zone)
    years = max(1, today.year - first.year)
    while (day := add_months(first, 12 * years)) <= today:
        years += 1
    return start_of(rule.plus.after_day(day), zone)


def expires_at(rule: Expiry, *, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when points that become active now expire: the first instant at which they cannot be spent any more."""
    match rule:
        case Never():
            return None
        case After(duration, through):
            end = duration.after(now, zone)
            return end if through is None else start_of(_first_day_after(through, local_day(end, zone)), zone)
        case EndOf(period, plus):
            return start_of(plus.after_day(_first_day_after(period, local_day(now, zone))), zone)
        case OnDate(month, day):
            today = local_day(now, zone)
            this_year = _on(today.year, month, day)
            last = this_year if this_year >= today else _on(today.year + 1, month, day)
            return start_of(last + timedelta(days=1), zone)
        case _:
            assert_never(rule)


def _first_day_after(unit: CalendarUnit, day: date) -> date:
    """Return the first day after the day, month, quarter, half year or year around a day."""
    if unit == "day":
        return day + timedelta(days=1)
    months = _MONTHS_IN[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return add_months(first, months)


def _on(year: int, month: int, day: int) -> date:
    """Return a day of a year; 29 February becomes the 28th in other years."""
    return date(year, month, min(day, monthrange(year, month)[1]))
