"""How many points were earned, spent, expired or became active in each day, month or year."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.http.intervals import MAX_SPAN_DAYS, Interval, bounds, first_days
from api.http.responses import ExactJson, ExactNumber
from api.points.schemas import PointType
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.transfer_pages import points_due, points_moved
from loyalty.calendar import local_day
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
    """Points of one wallet (the default one) by the first day of each `interval`, from `lastDays` ago until today.

    What was undone is subtracted on the day of the undoing. `futureDays` shows what will expire, or become active
    (`pending`), if nothing changes.
    """
    wallet = wallet_of(store_request.program, wallet_code)
    zone = store_request.program.zone
    today = local_day(store_request.now, zone)
    days = first_days(today - timedelta(days=last_days), today + timedelta(days=future_days), interval)
    moments = bounds(days, interval, zone)
    sums = await store_request.database.read(lambda tx: _sums(tx, point_type, wallet.code, moments, store_request.now))
    shown: Mapping[str, Any] = {day.isoformat(): wallet.amount(points) for day, points in zip(days, sums, strict=True)}
    return ExactJson(shown)


def _sums(
    tx: ReadTransaction, point_type: PointType, wallet: str, moments: list[datetime], now: datetime
) -> list[Points]:
    """The points from each moment to the next: what was moved until now, and what falls due after."""
    match point_type:
        case "pending":
            return points_due(tx, "pending", wallet, moments)
        case "expired":
            moved = points_moved(tx, "expired", wallet, moments)
            due = points_due(tx, "expired", wallet, [max(moment, now) for moment in moments])
            return [Points(one + other) for one, other in zip(moved, due, strict=True)]
        case "earned" | "spent":
            return points_moved(tx, point_type, wallet, moments)
