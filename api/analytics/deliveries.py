"""Attempts to deliver webhooks, by hour or by days: their results, and the response times of receivers."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.analytics.periods import Period, period_of
from api.analytics.schemas import DeliverySeries
from api.http.errors import BadInput
from api.http.intervals import MAX_BUCKETS
from api.http.responses import ExactJson, format_instant
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.analytics.reading import FigureReader, HourlySum
from loyalty.analytics.figures import Outcome
from loyalty.calendar import local_day, start_of

router = APIRouter(prefix="/api/{storeCode}/analytics/series", tags=["Analytics"])

DeliveryInterval: TypeAlias = Literal["hour", "day", "week", "month", "year"]
DAYS_BY_HOUR = 2
"""How many days are shown by the hour if none are requested; today is the last."""


@dataclass(frozen=True, slots=True)
class DeliveryPeriod:
    """The days whose attempts are requested; `by_hour`: in hours, not in intervals of days."""

    days: Period
    by_hour: bool

    @classmethod
    def asked(
        cls, first: date | None, last: date | None, interval: DeliveryInterval, *, today: date
    ) -> "DeliveryPeriod":
        """Return the period from one day to another, until today by default; raise BadInput."""
        if interval != "hour":
            return cls(period_of(first, last, interval, today=today), by_hour=False)
        end = last or today
        start = first or end - timedelta(days=DAYS_BY_HOUR - 1)
        if (end - start).days * 24 >= MAX_BUCKETS:
            message = f"these are more than {MAX_BUCKETS} hours: ask for fewer days, or by day"
            raise BadInput.at("intervalStartDate", message, "outOfRange")
        return cls(period_of(start, end, "day", today=today), by_hour=True)

    def moments(self, zone: ZoneInfo) -> list[datetime]:
        """Return the starts of the intervals, and the end of the last one."""
        if not self.by_hour:
            return self.days.bounds(self.days.spans, zone)
        begin, end = start_of(self.days.first, zone), start_of(self.days.last + timedelta(days=1), zone)
        return [begin + timedelta(hours=hour) for hour in range((end - begin) // timedelta(hours=1) + 1)]


def _period(
    store_request: AdminRequest,
    interval: Annotated[DeliveryInterval, Query(alias="aggregationType")] = "hour",
    first: Annotated[
        date | None, Query(alias="intervalStartDate", description=f"[default: {DAYS_BY_HOUR} days, or 30 by day]")
    ] = None,
    last: Annotated[date | None, Query(alias="intervalEndDate", description="Included. [default: today]")] = None,
) -> DeliveryPeriod:
    """Return the period that a request asks for; raise BadInput."""
    today = local_day(store_request.now, store_request.program.zone)
    return DeliveryPeriod.asked(first, last, interval, today=today)


@router.get("/deliveries", summary="Show attempts to deliver webhooks over time", response_model=DeliverySeries)
async def deliveries_series(
    store_request: AdminRequest,
    period: Annotated[DeliveryPeriod, Depends(_period)],
    subscription: Annotated[str | None, Query(alias="webhookSubscriptionId", max_length=255)] = None,
) -> Response:
    """Count attempts by response (2xx, another status, none), with the average response time of receivers."""
    zone = store_request.program.zone
    moments = period.moments(zone)
    wanted = None if subscription is None else subscription.lower()

    def read(tx: ReadTransaction) -> list[HourlySum]:
        figures = FigureReader(tx.connection, tx.store, zone)
        return list(figures.attempts(moments[0], moments[-1], wanted))

    items = _items(moments, await store_request.database.read(read), zone)
    shown = period.days.shown(zone) | ({"aggregationType": "hour"} if period.by_hour else {})
    return ExactJson(shown | {"items": items})


def _items(moments: list[datetime], found: Iterable[HourlySum], zone: ZoneInfo) -> list[dict[str, Any]]:
    counts: list[dict[Outcome, int]] = [dict.fromkeys(get_args(Outcome), 0) for _ in moments[1:]]
    latencies = [0 for _ in moments[1:]]
    for each in found:
        place = bisect_right(moments, each.hour) - 1
        counts[place][each.outcome] += each.times
        latencies[place] += each.latency_ms
    return [
        {
            "from": format_instant(first, zone),
            "until": format_instant(last, zone),
            "delivered": count["delivered"],
            "refused": count["refused"],
            "unanswered": count["unanswered"],
            "averageLatencyMs": latency // sum(count.values()) if any(count.values()) else None,
        }
        for (first, last), count, latency in zip(pairwise(moments), counts, latencies, strict=True)
    ]
