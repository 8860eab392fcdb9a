"""Figures over time, as pictures show them: points of a wallet by day, and what expires in the coming weeks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.analytics.periods import AskedPeriod
from api.analytics.schemas import ExpiringSeries, PointsSeries, RewardSeries
from api.http.errors import NotFound
from api.http.intervals import beginning
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction
from database.analytics.reading import FigureReader
from loyalty.analytics.figures import STOCKS, RewardFigure, Sums, WalletFigures
from loyalty.calendar import local_day
from loyalty.program.wallets import Wallet

router = APIRouter(prefix="/api/{storeCode}/analytics/series", tags=["Analytics"])

MAX_WEEKS = 104
DEFAULT_WEEKS = 8

WalletInPath = Annotated[str, Path(alias="walletTypeCode", description="The code of a wallet.")]


@router.get("/points/{walletTypeCode}", summary="Show points over time", response_model=PointsSeries)
async def points_series(store_request: AdminRequest, period: AskedPeriod, code: WalletInPath) -> Response:
    """Return what was issued, spent and expired of a wallet in each interval, and what is outstanding at its end."""
    wallet, program = wallet_in_path(store_request, code), store_request.program

    def read(tx: ReadTransaction) -> list[Mapping[str, Any]]:
        figures = FigureReader(tx.connection, tx.store, program.zone)
        return [
            {
                "from": first.isoformat(),
                "until": last.isoformat(),
                "issued": wallet.amount(found.issued),
                "spent": wallet.amount(found.spent),
                "expired": wallet.amount(found.expired),
                "outstanding": wallet.amount(found.outstanding),
            }
            for (first, last), found in zip(period.spans, wallet_figures(figures, code, period.spans), strict=True)
        ]

    items = await store_request.database.read(read)
    return ExactJson(period.shown(program.zone) | {"walletTypeCode": code, "items": items})


@router.get("/expiring/{walletTypeCode}", summary="Show expiring points by week", response_model=ExpiringSeries)
async def expiring_series(
    store_request: AdminRequest,
    code: WalletInPath,
    weeks: Annotated[
        int, Query(ge=1, le=MAX_WEEKS, description="How many weeks, beginning with this one.")
    ] = DEFAULT_WEEKS,
) -> Response:
    """Return the points of a wallet that expire in the coming weeks, from Monday to Sunday, if nothing changes."""
    wallet, program = wallet_in_path(store_request, code), store_request.program
    monday = beginning(local_day(store_request.now, program.zone), "week")
    spans = [(monday + timedelta(7 * week), monday + timedelta(7 * week + 6)) for week in range(weeks)]

    def read(tx: ReadTransaction) -> list[Sums]:
        return FigureReader(tx.connection, tx.store, program.zone).by_span(spans, "expiring")

    found = await store_request.database.read(read)
    items = [
        {
            "from": first.isoformat(),
            "until": last.isoformat(),
            "points": wallet.amount(each.points("expiring", code)),
        }
        for (first, last), each in zip(spans, found, strict=True)
    ]
    return ExactJson({"walletTypeCode": code, "items": items})


@router.get("/rewards", summary="Show rewards over time", response_model=RewardSeries)
async def rewards_series(
    store_request: AdminRequest,
    period: AskedPeriod,
    reward: Annotated[str | None, Query(max_length=255, description="The name of one reward.")] = None,
) -> Response:
    """Return how many rewards were issued, used and cancelled in each interval, each by its own moment."""
    zone = store_request.program.zone

    def read(tx: ReadTransaction) -> list[Sums]:
        return FigureReader(tx.connection, tx.store, zone).by_span(period.spans, *get_args(RewardFigure))

    def count(found: Sums, figure: RewardFigure) -> int:
        names = [name for each, name in found.found if each == figure and reward in (None, name)]
        return sum(found.of(figure, name).times for name in names)

    found = await store_request.database.read(read)
    items = [
        {
            "from": first.isoformat(),
            "until": last.isoformat(),
            "issued": count(each, "reward_issued"),
            "used": count(each, "reward_used"),
            "cancelled": count(each, "reward_cancelled"),
        }
        for (first, last), each in zip(period.spans, found, strict=True)
    ]
    return ExactJson(period.shown(zone) | {"items": items})


def wallet_figures(figures: FigureReader, wallet: str, spans: list[tuple[date, date]]) -> list[WalletFigures]:
    """Return the points of a wallet in each of these spans of days, which are in order."""
    there = figures.sums(*STOCKS, last=spans[0][0] - timedelta(days=1))
    found = []
    for within in figures.by_span(spans, *STOCKS, "issued", "spent", "expired"):
        for stock in STOCKS:
            there.add(stock, wallet, *within.of(stock, wallet))
        found.append(WalletFigures.of(wallet, within, there))
    return found


def wallet_in_path(store_request: StoreRequest, code: str) -> Wallet:
    """Return the wallet that a path names; raise NotFound."""
    wallet = store_request.program.wallets.get(code)
    if wallet is None:
        raise NotFound(f"no wallet type {code[:80]} in {store_request.store}")
    return wallet
