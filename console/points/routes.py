"""Movements of points: the list, and one of them."""

from fastapi import APIRouter
from starlette.responses import Response

from api.points.expiring import list_expiring
from api.points.routes import list_transfers
from api.points.routes import show as show_transfer
from console.pages.page import PageOfStore
from console.pages.tables import Column, Table
from console.route_rules import STORE

router = APIRouter()

TRANSFERS = Table(
    "points",
    (
        Column("When", "createdAt", "moment"),
        Column("What", "kind"),
        Column("Points", "value"),
        Column("Wallet", "walletType.code"),
        Column("Balance then", "balance"),
        Column("Member", "customerId"),
        Column("By", "createdBy"),
        Column("Comment", "comment", "personal"),
        Column("Cancelled", "cancelled"),
        Column("Id", "transferId"),
    ),
    by_key=True,
)
EXPIRING = Table(
    "expiring",
    (
        Column("When", "expiresAt", "moment"),
        Column("Points", "points"),
        Column("Wallet", "walletTypeCode"),
        Column("Member", "customerId"),
        Column("E-mail", "customerData.email", "personal"),
        Column("Phone", "customerData.phone", "personal"),
        Column("Card", "customerData.loyaltyCardNumber", "personal"),
        Column("Id", "lotId"),
    ),
    by_key=True,
    order="_orderBy[expiresAt]",
)


@router.get(f"{STORE}/points")
async def list_page(page: PageOfStore) -> Response:
    """Return the movements of points of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_transfers, TRANSFERS)
    found = await page.list_of(list_transfers, TRANSFERS)
    wallets = {name: name for name in page.store_request.program.wallets}
    return await page.render("points/list.html", block="rows", list=found, wallets=wallets)


@router.get(f"{STORE}/points/expiring")
async def expiring_page(page: PageOfStore) -> Response:
    """Return the points that expire, the soonest first, with their members."""
    if page.asks_csv:
        return await page.csv_of(list_expiring, EXPIRING)
    found = await page.list_of(list_expiring, EXPIRING)
    wallets = {name: name for name in page.store_request.program.wallets}
    return await page.render("points/expiring.html", block="rows", list=found, wallets=wallets)


@router.get(f"{STORE}/points/{{transfer}}")
async def show_page(transfer: str, page: PageOfStore) -> Response:
    """Return one movement of points."""
    shown = await page.call(show_transfer, transfer_id=transfer)
    return await page.render("points/transfer.html", one=shown)
