"""How many points were earned, spent, expired or became active in each day, month or year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.intervals import MAX_SPAN_DAYS, Interval, bounds, first_days, following
from api.http.responses import ExactJson, ExactNumber
from api.points.schemas import PointType
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.analytics.reading import FigureReader
from database.transfer_pages import MeasuredPoints, points_due, points_moved
from loyalty.analytics.figures import TOTAL_OF
from loyalty.calendar import local_day, start_of
from loyalty.points.amounts import wallet_of
from loyalty.program.wallets import Points

router = APIRouter(prefix="/api/{storeCode}/points", tags=["Points"])

Days = Annotated[int, Query(ge=0, le=MAX_SPAN_DAYS)]


@router.get("/history", summary="Show points by day", response_model=dict[str, ExactNumber])
async def show_history(
    store_request: AdminRequest,
    point_type: Annotated[PointType, Query(alias="pointType")] = "earned",
    last_days: Annotated[Days, Query(alias="lastDays")] = 30,
    future_days: Annotated[Days, Query(alias="futureDays")] = 0,
    interval: Interval = "day",
    wallet_code: Annotated[str | None, Query(alias="walletCode", max_length=255)] = None,
) -> Response:
    """Return points of one wallet (the default one) per `interval`, by its first day, from `lastDays` ago until today.

    What was undone is subtracted on the day of the undo. `futureDays` shows what will expire, or become active
    (`pending`), as scheduled.
    """
    wallet, program = wallet_of(store_request.program, wallet_code), store_request.program
    today = local_day(store_request.now, program.zone)
    days = first_days(today - timedelta(days=last_days), today + timedelta(days=future_days), interval)
    asked = _Asked(wallet.code, days, interval, program.zone, store_request.now)

    def read(tx: ReadTransaction) -> list[Points]:
        if point_type == "pending":
            return points_due(tx, "pending", wallet.code, asked.moments)
        figures = FigureReader(tx.connection, tx.store, program.zone)
        if not figures.are_complete or figures.days_in != program.zone:
            return _scanned(tx, point_type, asked)
        return _counted(tx, point_type, asked, figures)

    sums = await store_request.database.read(read)
    shown: Mapping[str, Any] = {day.isoformat(): wallet.amount(points) for day, points in zip(days, sums, strict=True)}
    return ExactJson(shown)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The requested intervals, by their first days."""

    wallet: str
    days: list[date]
    interval: Interval
    zone: ZoneInfo
    now: datetime

    @property
    def moments(self) -> list[datetime]:
        """Return the starts of the intervals, and the end of the last one."""
        return bounds(self.days, self.interval, self.zone)

    @property
    def spans(self) -> list[tuple[date, date]]:
        """The first and the last day of each interval."""
        return [(day, following(day, self.interval) - timedelta(days=1)) for day in self.days]


def _counted(tx: ReadTransaction, measured: MeasuredPoints, asked: _Asked, figures: FigureReader) -> list[Points]:
    """Return the points of each interval from figures of days; what expires in the rest of today is read from lots."""
    total, wallet = TOTAL_OF[measured], asked.wallet
    found = [sums.points(total, wallet) for sums in figures.by_span(asked.spans, total)]
    if measured != "expired":
        return found
    today = local_day(asked.now, asked.zone)
    tomorrow = today + timedelta(days=1)
    (rest,) = points_due(tx, "expired", wallet, [asked.now, start_of(tomorrow, asked.zone)])
    to_come = [(max(first, tomorrow), max(last, today)) for first, last in asked.spans]
    due = figures.by_span(to_come, "expiring")
    return [
        Points(expired + sums.points("expiring", wallet) + (rest if first <= today <= last else 0))
        for expired, sums, (first, last) in zip(found, due, asked.spans, strict=True)
    ]


def _scanned(tx: ReadTransaction, measured: MeasuredPoints, asked: _Asked) -> list[Points]:
    """Return the points of each interval from transfers and lots, if more notes wait than a read adds by itself."""
    moved = points_moved(tx, measured, asked.wallet, asked.moments)
    if measured != "expired":
        return moved
    due = points_due(tx, "expired", asked.wallet, [max(moment, asked.now) for moment in asked.moments])
    return [Points(one + other) for one, other in zip(moved, due, strict=True)]
