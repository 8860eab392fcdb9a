"""Analytics by day, week, month or year: members and transactions, points of a wallet, and firings of a campaign."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.analytics.periods import AskedPeriod, Period
from api.analytics.schemas import CampaignOverview, GeneralOverview, UnitsOverview
from api.analytics.series import WalletInPath, wallet_figures, wallet_in_path
from api.http.errors import NotFound
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.analytics.reading import FigureReader
from loyalty.analytics.figures import ACTIVE, BUYER, RETURNER, WalletFigures
from loyalty.analytics.overviews import EngagementType, General, GeneralType, UnitsType, units
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.program.wallets import Points, Wallet

router = APIRouter(prefix="/api/{storeCode}/analytics", tags=["Data Analytics"])


@router.get("/dashboard/general-overview", summary="Show members and transactions", response_model=GeneralOverview)
async def general_overview(
    store_request: AdminRequest, period: AskedPeriod, data_type: Annotated[GeneralType, Query(alias="dataType")]
) -> Response:
    """Return members and transactions of a range of days: totals in `header`, one figure per interval in `data`.

    Transactions count on the day of purchase; a return counts on its own day, and is not subtracted from the revenue.
    """
    zone = store_request.program.zone

    def read(tx: ReadTransaction) -> dict[str, Any]:
        figures = FigureReader(tx.connection, tx.store, zone)
        header = _general(tx, figures, period, [(period.first, period.last)])[0]
        return {
            "header": {name: header.value(name) for name in get_args(GeneralType)},
            "data": _by_day(period, lambda spans: _general(tx, figures, period, spans), data_type),
            "comparativePeriodData": _by_day(
                period.before, lambda spans: _general(tx, figures, period.before, spans), data_type
            ),
        }

    found = await store_request.database.read(read)
    return ExactJson(period.shown(zone) | found | {"dataType": data_type})


@router.get("/units-overview/{walletTypeCode}", summary="Show points", response_model=UnitsOverview)
async def units_overview(
    store_request: AdminRequest,
    period: AskedPeriod,
    code: WalletInPath,
    data_type: Annotated[UnitsType, Query(alias="dataType")] = "unitsIssued",
) -> Response:
    """Return points of a wallet: issued, spent and expired on a range of days, and the stock at their end.

    Points count on the day of booking, and an undo on its own day.
    """
    program = store_request.program
    wallet = wallet_in_path(store_request, code)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        figures = FigureReader(tx.connection, tx.store, program.zone)
        (header,) = wallet_figures(figures, code, [(period.first, period.last)])
        spans = period.spans
        by_day = zip(spans, wallet_figures(figures, code, spans), strict=True)
        return {
            "header": {name: _amount(wallet, header, name) for name in get_args(UnitsType)},
            "data": {span[0].isoformat(): _amount(wallet, each, data_type) for span, each in by_day},
        }

    found = await store_request.database.read(read)
    return ExactJson(period.shown(program.zone) | {"walletTypeCode": code} | found | {"dataType": data_type})


@router.get(
    "/campaign/single-view/{campaignId}", summary="Show the figures of a campaign", response_model=CampaignOverview
)
async def campaign_overview(
    store_request: AdminRequest,
    period: AskedPeriod,
    campaign: Annotated[
        str, Path(alias="campaignId", description="A campaignId, or the reactor's name in program files.")
    ],
    data_type: Annotated[EngagementType, Query(alias="dataType")],
) -> Response:
    """Count how often a campaign fired, and for how many members, by the days on which events were accepted."""
    program = store_request.program
    reactor = _reactor(program, campaign)
    source = f"reactor/{reactor.name}"

    def read(tx: ReadTransaction) -> dict[str, Any]:
        figures = FigureReader(tx.connection, tx.store, program.zone)
        whole = (period.first, period.last)
        header = {each: _engagement(figures, source, [whole], each)[0] for each in get_args(EngagementType)}
        shown = {
            name: dict(
                zip(
                    [first.isoformat() for first, _ in each.spans],
                    _engagement(figures, source, each.spans, data_type),
                    strict=True,
                )
            )
            for name, each in (("data", period), ("comparativePeriodData", period.before))
        }
        return {"header": header} | shown

    found = await store_request.database.read(read)
    shown = {"campaignId": program.id_of("reactor", reactor.name)} | period.shown(program.zone)
    return ExactJson(shown | found | {"dataType": data_type})


def _by_day(
    period: Period, read: Callable[[list[tuple[date, date]]], list[General]], data_type: GeneralType
) -> dict[str, Any]:
    spans = period.spans
    return {first.isoformat(): each.value(data_type) for (first, _), each in zip(spans, read(spans), strict=True)}


def _general(
    tx: ReadTransaction, figures: FigureReader, period: Period, spans: list[tuple[date, date]]
) -> list[General]:
    """Return the activities of members in each of these spans of days."""
    registered = tx.members.registrations(period.bounds(spans, figures.days_in))
    sums = figures.by_span(spans, "sales", "returns")
    active, buyers, returners = [figures.active_by(name, spans) for name in (ACTIVE, BUYER, RETURNER)]
    return [
        General(
            registered[index],
            active[index],
            buyers[index],
            returners[index],
            found.of("sales"),
            found.of("returns"),
        )
        for index, found in enumerate(sums)
    ]


def _engagement(
    figures: FigureReader, source: str, spans: list[tuple[date, date]], data_type: EngagementType
) -> list[int]:
    if data_type == "engagedMembers":
        return figures.active_by(source, spans)
    return [each.of("fired", source).times for each in figures.by_span(spans, "fired")]


def _amount(wallet: Wallet, found: WalletFigures, data_type: UnitsType) -> Any:
    value = units(found, data_type)
    return value if isinstance(value, Decimal) else wallet.amount(Points(value))


def _reactor(program: Program, name: str) -> Reactor:
    for reactor in program.reactors:
        if name == reactor.name or name.lower() == program.id_of("reactor", reactor.name):
            return reactor
    raise NotFound(f"no campaign {name[:80]} in {program.store}")
