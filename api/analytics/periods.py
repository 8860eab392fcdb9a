"""Periods of figures, in intervals."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from api.http.errors import BadInput
from api.http.intervals import MAX_SPAN_DAYS, Interval, first_days, following
from api.http.responses import format_instant
from api.state.dependencies import AdminRequest
from loyalty.calendar import local_day, start_of

DEFAULT_DAYS = 30
"""How many days are shown if none are requested; today is the last."""

LEAST_YEAR, MOST_YEAR = 1970, 9000


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included, and the intervals that they are in."""

    first: date
    last: date
    interval: Interval

    @property
    def spans(self) -> list[tuple[date, date]]:
        """The days of each interval: the first and the last are cut to the period."""
        begins = first_days(self.first, self.last, self.interval, asked_by="intervalStartDate")
        ends = [following(day, self.interval) - timedelta(days=1) for day in begins]
        return [(max(day, self.first), min(end, self.last)) for day, end in zip(begins, ends, strict=True)]

    @property
    def before(self) -> "Period":
        """The preceding period of as many days."""
        last = self.first - timedelta(days=1)
        return Period(last - (self.last - self.first), last, self.interval)

    def shown(self, zone: ZoneInfo) -> dict[str, str]:
        """Return the bounds of the period as responses show them, and its intervals."""
        end = start_of(self.last + timedelta(days=1), zone) - timedelta(milliseconds=1)
        return {
            "intervalStartDate": format_instant(start_of(self.first, zone), zone),
            "intervalEndDate": format_instant(end, zone),
            "aggregationType": self.interval,
        }

    def bounds(self, spans: list[tuple[date, date]], zone: ZoneInfo) -> list[datetime]:
        """Return the starts of the intervals, and the end of the last one."""
        return [start_of(first, zone) for first, _ in spans] + [start_of(spans[-1][1] + timedelta(days=1), zone)]


def _period(
    store_request: AdminRequest,
    aggregation: Annotated[Interval, Query(alias="aggregationType")] = "day",
    first: Annotated[
        date | None, Query(alias="intervalStartDate", description=f"[default: {DEFAULT_DAYS} days until the last]")
    ] = None,
    last: Annotated[date | None, Query(alias="intervalEndDate", description="Included. [default: today]")] = None,
) -> Period:
    """Return the period that a request asks for; raise BadInput."""
    return period_of(first, last, aggregation, today=local_day(store_request.now, store_request.program.zone))


def period_of(first: date | None, last: date | None, interval: Interval, *, today: date) -> Period:
    """Return the period between two days, by default the DEFAULT_DAYS until today; raise BadInput."""
    end = last or today
    for name, day in (("intervalStartDate", first), ("intervalEndDate", end)):
        if day is not None and not LEAST_YEAR <= day.year <= MOST_YEAR:
            message = f"{day} is out of range: ask for a day from {LEAST_YEAR} to {MOST_YEAR}"
            raise BadInput.at(name, message, "outOfRange")
    start = first or end - timedelta(days=DEFAULT_DAYS - 1)
    if start > end:
        message = f"the period ends before it begins: {start} is after {end}"
        raise BadInput.at("intervalStartDate", message, "contradiction")
    if (end - start).days >= MAX_SPAN_DAYS:
        message = f"these are more than {MAX_SPAN_DAYS} days: ask for fewer"
        raise BadInput.at("intervalStartDate", message, "outOfRange")
    return Period(start, end, interval)


AskedPeriod = Annotated[Period, Depends(_period)]
