"""Movements of points: listed, and one of them."""

from fastapi import APIRouter
from starlette.responses import Response

from api.points.expiring import list_expiring
from api.points.routes import list_transfers
from api.points.routes import show as show_transfer
from console.pages.page import PageOfStore
from console.route_rules import STORE

router = APIRouter()


@router.get(f"{STORE}/points")
async def list_page(page: PageOfStore) -> Response:
    """The movements of points of a store, the newest first."""
    found = await page.list_of(list_transfers)
    wallets = {name: name for name in page.store_request.program.wallets}
    return await page.render("points/list.html", block="rows", list=found, wallets=wallets)


@router.get(f"{STORE}/points/expiring")
async def expiring_page(page: PageOfStore) -> Response:
    """The points that expire, the soonest first, with their members."""
    found = await page.list_of(list_expiring, by_key=True, order="_orderBy[expiresAt]")
    wallets = {name: name for name in page.store_request.program.wallets}
    return await page.render("points/expiring.html", block="rows", list=found, wallets=wallets)


@router.get(f"{STORE}/points/{{transfer}}")
async def show_page(transfer: str, page: PageOfStore) -> Response:
    """One movement of points."""
    shown = await page.call(show_transfer, transfer_id=transfer)
    return await page.render("points/transfer.html", one=shown)
