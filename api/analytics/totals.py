"""Totals: members, points, transactions, referrals, tiers and campaigns."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.analytics.schemas import (
    CampaignTotals,
    MemberTotals,
    PointTotals,
    ReferralTotals,
    TierTotals,
    TransactionTotals,
)
from api.http.paging import Filter, ListQuery, page_of_list
from api.http.responses import ExactJson, omit_none
from api.state.dependencies import AdminRequest
from database import ReadTransaction
from database.analytics.members import buyers_since, members_by_tier, members_since
from database.analytics.reading import FigureReader
from loyalty.analytics.figures import STOCKS, Sums, WalletFigures
from loyalty.calendar import local_day, start_of
from loyalty.program.program import Program
from loyalty.program.wallets import exact_amount

router = APIRouter(prefix="/api/{storeCode}/analytics", tags=["Analytics"])

INTERVALS = (1, 7, 30, 365)
"""The numbers of days for which figures are counted; today is the last of them."""

CAMPAIGNS_QUERY = ListQuery({"executedAt": "instant"}, order_by="executions")


@router.get("/members", summary="Count members", response_model=MemberTotals)
async def members(
    store_request: AdminRequest,
    with_transaction: Annotated[
        bool | None,
        Query(alias="withTransaction", description="True: only members with a sale. False: only members without."),
    ] = None,
) -> Response:
    """Count members, and those who registered on the last 1, 7, 30 and 365 days."""
    zone = store_request.program.zone
    starts = [start_of(day, zone) for day in _starts(store_request)]

    def read(tx: ReadTransaction) -> list[int]:
        everyone = members_since(tx, starts)
        if with_transaction is None:
            return everyone
        buyers = buyers_since(tx, starts)
        if with_transaction:
            return buyers
        return [each - bought for each, bought in zip(everyone, buyers, strict=True)]

    total, *since = await store_request.database.read(read)
    return ExactJson({"intervals": [_intervals(since)], "total": total})


@router.get("/points", summary="Count points", response_model=list[PointTotals])
async def points(store_request: AdminRequest) -> Response:
    """Return the points that were ever added, spent and expired in each wallet, and those active and pending now."""
    program = store_request.program

    def read(tx: ReadTransaction) -> Sums:
        figures = FigureReader(tx.connection, tx.store, program.zone)
        return figures.sums(*STOCKS, "issued", "spent", "expired")

    sums = await store_request.database.read(read)
    shown = []
    for code, wallet in program.wallets.items():
        found = WalletFigures.of(code, sums, sums)
        amounts = {
            "totalPointsActive": found.active,
            "totalPointsSpent": found.spent,
            "totalPointsAdded": found.issued,
            "totalPointsExpired": found.expired,
            "totalPointsPending": found.pending,
        }
        shown.append({"walletTypeCode": code} | {name: wallet.amount(amount) for name, amount in amounts.items()})
    return ExactJson(shown)


@router.get("/transactions", summary="Count transactions", response_model=list[TransactionTotals])
async def transactions(store_request: AdminRequest) -> Response:
    """Count sales, their value, and those of the last 1, 7, 30 and 365 days.

    Returns are not subtracted. Laurel does not know costs of delivery, so both amounts are the same.
    """
    zone = store_request.program.zone
    days = _starts(store_request)

    def read(tx: ReadTransaction) -> tuple[Sums, list[Sums], str | None]:
        figures = FigureReader(tx.connection, tx.store, zone)
        since = [figures.sums("sales", first=day) for day in days]
        return figures.sums("sales"), since, tx.settings.currency()

    total, since, currency = await store_request.database.read(read)
    amount = exact_amount(total.of("sales").amount)
    shown = {
        "countIntervals": _intervals([each.of("sales").times for each in since]),
        "total": total.of("sales").times,
        "amount": amount,
        "amountWithoutDeliveryCosts": amount,
        **omit_none(currency=currency),
    }
    return ExactJson([shown])


@router.get("/referrals", summary="Count referrals", response_model=ReferralTotals)
async def referrals(store_request: AdminRequest) -> Response:
    """Count the members with a referrer."""
    return ExactJson({"total": await store_request.database.read(lambda tx: tx.referrals.count())})


@router.get("/levels", summary="Count members by tier", response_model=TierTotals)
async def levels(store_request: AdminRequest) -> Response:
    """Count the members in each tier of the program."""
    program = store_request.program
    counts = await store_request.database.read(members_by_tier)
    items = [
        {
            "levelId": program.id_of("tier", tier.name),
            "name": tier.title,
            "conditionValue": tier.start,
            "store": store_request.store,
            "customers": counts.get(tier.name, 0),
        }
        for tier in program.tiers
    ]
    return ExactJson({"items": items, "total": len(items)})


@router.get(
    "/campaigns",
    summary="Count campaign firings",
    response_model=CampaignTotals,
    openapi_extra=CAMPAIGNS_QUERY.openapi_parameters(),
)
async def campaigns(request: Request, store_request: AdminRequest) -> Response:
    """Count the firings of each campaign of the program, by default in all time; `executedAt` is compared by days."""
    program = store_request.program
    page, filters = CAMPAIGNS_QUERY.parse(request.query_params, program.zone)
    first, last = _days_of(filters, program)

    def read(tx: ReadTransaction) -> Sums:
        return FigureReader(tx.connection, tx.store, program.zone).sums("fired", first=first, last=last)

    fired = await store_request.database.read(read)
    items: list[dict[str, Any]] = [
        {
            "campaignId": program.id_of("reactor", each.name),
            "name": each.title,
            "executions": fired.of("fired", f"reactor/{each.name}").times,
        }
        for each in program.reactors
    ]
    items.sort(key=lambda each: each["executions"], reverse=page.newest_first)
    return ExactJson(page_of_list(items, page))


def _starts(store_request: AdminRequest) -> list[date]:
    """Return the first days of the intervals that end today."""
    today = local_day(store_request.now, store_request.program.zone)
    return [today - timedelta(days=days - 1) for days in INTERVALS]


def _intervals(counts: Sequence[int]) -> dict[str, Any]:
    return {f"in_{days}_days": count for days, count in zip(INTERVALS, counts, strict=True)}


def _days_of(filters: Sequence[Filter], program: Program) -> tuple[date, date]:
    """Return the first and the last day that filters of `executedAt` leave."""
    first, last = date.min, date.max
    for each in filters:
        assert not isinstance(each.value, str | bool), "dates are compared"
        before = timedelta(microseconds=1) if each.operator == "lt" else timedelta()
        day = local_day(each.value - before, program.zone)  # type: ignore[operator]  # an instant
        if each.operator in ("eq", "gt", "gte"):
            first = max(first, day)
        if each.operator in ("eq", "lt", "lte"):
            last = min(last, day)
    return first, last
