"""Analytics: liability."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.analytics.schemas import LiabilityReport
from api.analytics.views import liability_view
from api.http.errors import BadInput
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.analytics.liability import read_liability
from loyalty.calendar import local_day
from loyalty.points.liability import Liability, LiabilityRequest, OutOfRange, PeriodReversed

router = APIRouter(prefix="/api/{storeCode}/analytics", tags=["Analytics"])

Day = Annotated[date | None, Query(description="Count points at the end of this local day. [default: yesterday]")]
From = Annotated[date | None, Query(alias="from", description="[default: the first of the month of `until`]")]
Until = Annotated[date | None, Query(description="The last day of movements. [default: `day`]")]
Breakage = Annotated[
    Decimal | None,
    Query(description="The share of points that is never spent. [default: 0]"),
]


@router.get("/liability", summary="Show the liability in points", response_model=LiabilityReport)
async def show_liability(
    store_request: AdminRequest,
    day: Day = None,
    first: From = None,
    until: Until = None,
    breakage: Breakage = None,
) -> Response:
    """Return what the store owes its members in points at the end of a past day, by wallet and month of earning.

    Figures go by the moment of booking: later bookings never change them.
    """
    program = store_request.program
    today = local_day(store_request.now, program.zone)
    try:
        request = LiabilityRequest.of(day, first, until, breakage, today=today)
    except OutOfRange as error:
        raise BadInput.at(error.name, str(error), "outOfRange") from None
    except PeriodReversed as error:
        raise BadInput.at("from", str(error), "contradiction") from None

    def read(tx: ReadTransaction) -> Liability:
        return read_liability(tx.connection, store_request.store, request, program.zone)

    return ExactJson(liability_view(await store_request.database.read(read), program))
