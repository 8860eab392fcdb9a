"""Custom events: reported, listed, and shown with all that came of them."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import AdminCall, StoreCall, StoreCode, admin_call
from api.errors import BadInput, NotFound
from api.events.acceptance import Accepted, accept, accepted_before
from api.events.filters import LISTING, find_events
from api.events.reports import EventReport, PostCustomEvent, checked, repetition
from api.events.schemas import DETAILS, CustomEventDetails, CustomEventId, CustomEvents
from api.events.views import custom_event, event_details
from api.fast_route import DirectRoute
from api.paging import listed
from api.requests import read_body, takes
from api.responses import ExactJson

PREFIX = "/api/{storeCode}/customEvent"

reporting = APIRouter(prefix=PREFIX, tags=["Custom Event"], route_class=DirectRoute)
router = APIRouter(prefix=PREFIX, tags=["Custom Event"])

_EXAMPLE = {
    "event": {
        "type": "app_login",
        "eventDate": "2024-05-01T00:00:00",
        "eventId": "login-2024-05-01-anna",
        "customerData": {"email": "anna@example.com"},
        "body": {},
    }
}


@reporting.post(
    "",
    summary="Report an event",
    response_model=CustomEventId,
    openapi_extra=takes(PostCustomEvent, _EXAMPLE),
)
async def report_event(request: Request, store: StoreCode) -> Response:
    """Accept an event that happened. It is stored once this answers; what it earns follows.

    With an `eventId` of your own the call is safe to repeat: the same event gets the same answer.
    """
    call = await admin_call(request, store)
    reported = (await read_body(request, PostCustomEvent)).event
    accepted = await _accepted(call, reported)
    await call.desk.starter.start(accepted.to_start)
    answer: CustomEventId = {"customEventId": accepted.event_id}
    return ExactJson(answer)


@router.get("", summary="List custom events", response_model=CustomEvents, openapi_extra=LISTING.parameters())
async def list_events(request: Request, call: AdminCall) -> Response:
    """The custom events of a store, the newest first."""
    page, wanted = LISTING.read(request.query_params, call.program.zone)
    found = await call.database.read(lambda tx: find_events(tx, call.program, page, wanted))
    return ExactJson(listed([custom_event(row, call.program) for row in found.rows], found))


@router.get(
    "/{customEvent}",
    summary="Show an event and what came of it",
    response_model=CustomEventDetails,
    responses={200: {"content": {"application/json": {"example": DETAILS}}}},
)
async def show_event(custom_event_id: Annotated[str, Path(alias="customEvent")], call: AdminCall) -> Response:
    """The event, why every reactor and achievement of its type did or did not answer, what came of it, what was sent.

    `decision` has one answer for each, with `because` as a sentence and, of a no, `reason` as facts: the part of the
    condition that was false and its place, or the limit that was reached. `laurel explain` shows the same.
    """
    row = await call.database.read(lambda tx: tx.events.get(custom_event_id.lower()))
    if row is None:
        raise NotFound(f"no event {custom_event_id[:80]} in {call.store}")
    program = await call.desk.services.programs.revision(call.store, row["revision"])
    ui = call.desk.services.temporal_ui
    return ExactJson(await call.database.read(lambda tx: event_details(tx, row, program, temporal_ui=ui)))


async def _accepted(call: StoreCall, reported: EventReport) -> Accepted:
    try:
        report = checked(reported, call.program)
    except BadInput:
        # A repetition gets the first answer, whatever the program has become since.
        repeated = repetition(reported, call.program.zone)
        before = await accepted_before(call, repeated) if repeated else None
        if before is None:
            raise
        return before
    return await accept(call, report)
