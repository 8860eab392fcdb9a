"""Local days and the spans between them: windows, durations, expiry dates.

A window is a range of local dates; a day has 23, 24 or 25 hours when clocks change. Instants are aware UTC.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal

Period = Literal["day", "week", "month", "year", "ever"]

_DURATION = re.compile(r"(?P<count>\d{1,6})(?P<unit>s|m|h|d|w|mo|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mo": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of months, days and seconds. Months and days are counted on the local calendar."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Parse `30s`, `15m`, `12h`, `90d`, `2w`, `6mo` or `1y`; raise ValueError for anything else."""
        match = _DURATION.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a duration: write a whole number and s, m, h, d, w, mo or y, as in 90d")
        count, unit = int(match["count"]), match["unit"]
        if unit in _SECONDS:
            return cls(seconds=count * _SECONDS[unit])
        return cls(days=count * _DAYS[unit]) if unit in _DAYS else cls(months=count * _MONTHS[unit])

    def after(self, instant: datetime, zone: tzinfo) -> datetime:
        """Return the instant this much later on the local clock; the 31st becomes the last day of a shorter month."""
        return _moved(instant, self.months, self.days, self.seconds, zone)

    def before(self, instant: datetime, zone: tzinfo) -> datetime:
        """Return the instant this much earlier on the local clock."""
        return _moved(instant, -self.months, -self.days, -self.seconds, zone)

    def after_day(self, day: date) -> date:
        """Return the local date this many months and days later."""
        return (add_months(day, self.months) if self.months else day) + timedelta(days=self.days)

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.seconds)


@lru_cache(maxsize=1024)
def _moved(instant: datetime, months: int, days: int, seconds: int, zone: tzinfo) -> datetime:
    """Return the moved instant; cached, because points awarded together expire together."""
    if months or days:
        local = instant.astimezone(zone)
        day = (add_months(local.date(), months) if months else local.date()) + timedelta(days=days)
        instant = datetime.combine(day, local.time(), zone).astimezone(UTC)
    return instant + timedelta(seconds=seconds) if seconds else instant


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or its last day if that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def local_day(instant: datetime, zone: tzinfo) -> date:
    """Return the local date at an instant."""
    return instant.astimezone(zone).date()


def start_of(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a local date begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def window(day: date, period: Period) -> tuple[date, date]:
    """Return the first and the last date of the calendar period around a day; weeks begin on Monday."""
    match period:
        case "day":
            return day, day
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            first = day.replace(day=1)
            return first, add_months(first, 1) - timedelta(days=1)
        case "year":
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case "ever":
            return date.min, date.max


def read_instant(text: str, zone: tzinfo) -> datetime:
    """Parse an ISO 8601 date and time; without an offset it is local. Raise ValueError with the cure.

    A local time that clocks skip in spring is read as the same instant after the change.
    """
    try:
        instant = datetime.fromisoformat(text)
        instant = instant.replace(tzinfo=zone) if instant.tzinfo is None else instant
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text[:40]!r} is not a date and time: write it as 2024-05-01T09:30:00 or 2024-05-01T09:30:00+02:00"
        ) from None


FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Between these years, no date that a program computes leaves the range of `datetime`."""


def read_date(text: str, zone: tzinfo) -> datetime:
    """Parse the time of an event, as `read_instant` does; raise ValueError also for a year out of range."""
    instant = read_instant(text, zone)
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"the year lies between {FIRST_YEAR} and {LAST_YEAR}")
    return instant


def read_registration_date(text: str, zone: tzinfo, *, now: datetime) -> datetime:
    """Parse when a member registered, as `read_date` does; raise ValueError, with the cure, for a day after today."""
    instant = read_date(text, zone)
    day, today = local_day(instant, zone), local_day(now, zone)
    if day > today:
        raise ValueError(f"nobody registers in the future, and {day} is after today, {today}")
    return instant


def check_birth_date(text: str, *, today: date) -> None:
    """Raise ValueError, with the cure, for a text that does not begin with a day up to today."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a date: write it as 1990-12-31") from None
    if day > today:
        raise ValueError(f"nobody is born in the future, and {day} is after today, {today}")
