"""The overview of a store: its state, what is stuck, and its figures."""

from fastapi import APIRouter
from starlette.responses import Response

from access import Permission
from api.events.routes import list_events
from api.stuck.routes import list_stuck
from console.pages.page import PageOfStore
from console.route_rules import STORE

router = APIRouter()

_NEWEST = 8


@router.get(STORE)
async def show_overview(page: PageOfStore) -> Response:
    """Return the overview of a store."""
    events = stuck = None
    if page.may(list_events):
        events = (await page.call(list_events, query={"_itemsOnPage": str(_NEWEST)}))["items"]
    if page.may(list_stuck):
        stuck = await page.call(list_stuck, query={"retryable": "true", "_itemsOnPage": "5"})
    system = await page.state.services.system_state() if page.allows(Permission.VIEW_PROCESSING) else None
    return await page.render("overview/overview.html", events=events, stuck=stuck, system=system)
