"""Figures by time: the days, weeks, months or years of a span, in the calendar of a store."""

from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from api.http.errors import BadInput
from loyalty.calendar import add_months, start_of

MAX_SPAN_DAYS = 3_660
MAX_BUCKETS = 400

Interval: TypeAlias = Literal["day", "week", "month", "year"]
"""Weeks begin on Monday."""


def first_days(first: date, last: date, interval: Interval, *, asked_by: str = "lastDays") -> list[date]:
    """Return the first day of each interval, from that of the day `first` to that of `last`.

    Raise BadInput, at the parameter `asked_by`, if they are more than MAX_BUCKETS.
    """
    day, days = beginning(first, interval), []
    while day <= last:
        days.append(day)
        day = following(day, interval)
    if len(days) > MAX_BUCKETS:
        message = f"these are more than {MAX_BUCKETS} values: ask for fewer days, or by week, month or year"
        raise BadInput.at(asked_by, message, "outOfRange")
    return days


def bounds(days: list[date], interval: Interval, zone: ZoneInfo) -> list[datetime]:
    """Return the moments at which the intervals with these first days begin, and the end of the last one."""
    return [start_of(day, zone) for day in [*days, following(days[-1], interval)]]


def beginning(day: date, interval: Interval) -> date:
    """Return the first day of a day's interval."""
    match interval:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)


def following(day: date, interval: Interval) -> date:
    """Return the first day of the next interval."""
    match interval:
        case "day":
            return day + timedelta(days=1)
        case "week":
            return day + timedelta(days=7)
        case "month":
            return add_months(day, 1)
        case "year":
            return add_months(day, 12)
