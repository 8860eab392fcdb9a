"""The timeline of a member, the newest entry first, with the kinds that the caller may read."""

from fastapi import APIRouter
from starlette.responses import Response

from api.history.routes import show_history
from api.members.routes import show_member
from console.history.entries import entry_of
from console.pages.page import PageOfStore
from console.pages.tables import Column, Table
from console.route_rules import STORE
from loyalty.members.history import HISTORY_KINDS

router = APIRouter()

HISTORY = Table(
    "history",
    (
        Column("When", "createdAt", "moment"),
        Column("About", "kind"),
        Column("What", "type"),
        Column("Id", "id"),
        Column("By", "createdBy"),
        Column("Details", "flatVariables", "personal"),
    ),
    by_key=True,
)

KINDS = {kind: kind.capitalize() for kind in HISTORY_KINDS}


@router.get(f"{STORE}/members/{{member}}/history")
async def history_page(member: str, page: PageOfStore) -> Response:
    """Return a page of the timeline; it is paged by key, and filtered by kind and by dates."""
    shown = await page.call(show_member, query={}, member=member)
    if page.asks_csv:
        return await page.csv_of(show_history, HISTORY, member=shown["customerId"])
    found = await page.list_of(show_history, HISTORY, member=shown["customerId"])
    entries = [each if "unreadable" in each else entry_of(page, each) for each in found.items]
    wallets = {name: name for name in page.store_request.program.wallets}
    return await page.render(
        "history/history.html", block="rows", list=found, entries=entries, member=shown, kinds=KINDS, wallets=wallets
    )
