"""Events: the list, updated live, and one event with the decision of each reactor and achievement."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from api.events.routes import list_events, retry, show_event
from api.simulations.routes import try_out
from console.events.customer_answer import customer_answer
from console.pages.hiding import hidden_event
from console.pages.page import PageOfStore
from console.pages.tables import Column, Table
from console.pages.waterfall import Waterfall, place_url
from console.route_rules import STORE

router = APIRouter()

EVENTS = Table(
    "events",
    (
        Column("Received", "createdAt", "moment"),
        Column("Event", "eventName"),
        Column("Status", "status"),
        Column("Member", "customerId"),
        Column("E-mail", "customerData.email", "personal"),
        Column("Phone", "customerData.phone", "personal"),
        Column("Id of the reporter", "eventId", "sentence"),
        Column("Id", "customEventId"),
        Column("Error", "error", "personal"),
    ),
    by_key=True,
)

STATUSES = {"received": "Received", "decided": "Decided", "applied": "Applied", "failed": "Failed"}


@router.get(f"{STORE}/events")
async def list_page(page: PageOfStore) -> Response:
    """Return the events of a store, the newest first; the first page is updated live."""
    if page.asks_csv:
        return await page.csv_of(list_events, EVENTS)
    found = await page.list_of(list_events, EVENTS)
    is_live = found.first is None and found.value("_live") != "off" and not found.errors
    types = {name: each.title for name, each in page.store_request.program.event_types.items()}
    return await page.render(
        "events/list.html", block="rows", list=found, is_live=is_live, types=types, statuses=STATUSES
    )


@router.get(f"{STORE}/events/{{customEvent}}")
async def show_page(customEvent: str, page: PageOfStore) -> Response:  # noqa: N803 - as its path names it
    """Return one event: the report, the decisions with reasons, the outcome and the deliveries."""
    event = await page.call(show_event, custom_event_id=customEvent)
    if not page.shows_personal_data:
        event = hidden_event(event, page.store_request.program, now=page.now)
    waterfall = Waterfall.of(event["decision"] or [])
    form_key = page.new_key()
    event_type = page.store_request.program.event_types.get(event["type"])
    can_simulate = page.may(try_out) and event_type is not None and not event_type.built_in
    return await page.render(
        "events/event.html",
        event=event,
        waterfall=waterfall,
        form_key=form_key,
        can_simulate=can_simulate,
        place_url=partial(place_url, page, event["revision"]),
        answer=customer_answer(event, waterfall),
    )


@router.post(f"{STORE}/events/{{customEvent}}/retry")
async def retry_page(customEvent: str, page: PageOfStore) -> Response:  # noqa: N803 - as its path names it
    """Retry a failed event."""
    await page.call(retry, body={"revision": page.sent.first("revision") or "accepted"}, custom_event_id=customEvent)
    return page.redirect(page.url("events", customEvent), notice="The event runs again.")
