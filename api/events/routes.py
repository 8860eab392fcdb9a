"""Custom events: report, list and show them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.events.filters import LIST_QUERY, find_events
from api.events.receipts import receipt_view
from api.events.schemas import (
    DETAILS,
    CustomEventDetails,
    CustomEventId,
    CustomEvents,
    EventReport,
    PostCustomEvent,
    PostRetry,
)
from api.events.validation import possible_repetition, validate_event
from api.events.views import event_details_view, event_view
from api.http.errors import BadInput, NotFound
from api.http.paging import page_of_records
from api.http.preferences import PreferHeader, preferred_wait
from api.http.requests import is_large, read_body, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Answer, Changed, Operation
from api.state.dependencies import AdminRequest, StoreRequest
from database import Transaction
from loyalty.engine.acceptance import AcceptedEvent, accept_event, accepted_before
from loyalty.engine.retries import retry_event

PREFIX = "/api/{storeCode}/customEvent"

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


@router.post(
    "",
    summary="Report an event",
    response_model=CustomEventId,
    openapi_extra=request_body(PostCustomEvent, _EXAMPLE),
)
async def report_event(request: Request, change: AdminChange, _prefer: PreferHeader = None) -> Response:
    """Accept an event that happened. Once this responds, the event is stored; what it earns follows.

    With an `eventId` of your own the request is idempotent: the same event gets the same response. With `Prefer:
    wait=5` the response comes when the event is applied and has its `outcome`, or after 5 seconds without it.
    """
    posted = await read_body(request, PostCustomEvent)
    large = is_large(request)
    answer = await change.run(posted, lambda: _acceptance(change.store_request, posted.event, large=large))
    seconds = preferred_wait(request)
    if not seconds or change.store_request.state.event_waiter.is_full:
        return answer.response()
    return await _response_with_outcome(change.store_request, answer, seconds)


@router.get(
    "", summary="List custom events", response_model=CustomEvents, openapi_extra=LIST_QUERY.openapi_parameters()
)
async def list_events(request: Request, store_request: AdminRequest) -> Response:
    """List the custom events of a store, the newest first."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    found = await store_request.database.read(lambda tx: find_events(tx, program, page, filters))
    return ExactJson(page_of_records(found, lambda each: event_view(each, program)))


@router.get(
    "/{customEvent}",
    summary="Show an event and its outcome",
    response_model=CustomEventDetails,
    responses={200: {"content": {"application/json": {"example": DETAILS}}}},
)
async def show_event(
    custom_event_id: Annotated[str, Path(alias="customEvent")], store_request: AdminRequest
) -> Response:
    """Return the event, why each reactor and achievement of its type fired or did not, its outcome, and its deliveries.

    `decision` has an entry for each, with `because` as a sentence and, if it did not fire, `reason` as facts: the part
    of the condition that was false and its place, or the limit that was reached. `laurel explain` shows the same.
    """
    event = await store_request.database.read(lambda tx: tx.events.get(custom_event_id.lower()))
    if event is None:
        raise NotFound(f"no event {custom_event_id[:80]} in {store_request.store}")
    services = store_request.state.services
    program = await services.programs.revision(store_request.store, event.revision)
    return ExactJson(
        await store_request.database.read(
            lambda tx: event_details_view(tx, event, program, temporal_ui=services.temporal_ui)
        )
    )


@router.post(
    "/{customEvent}/retry",
    summary="Retry an event",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostRetry, {"revision": "current"}),
)
async def retry(
    request: Request,
    custom_event_id: Annotated[str, Path(alias="customEvent")],
    change: AdminChange,
) -> Response:
    """Retry a failed event, behind the events in its member's queue.

    Completed steps are not repeated, and decided outcomes stay. The rest is decided by the revision that was in force
    when the event was accepted, or with `revision: current` by the one in force now.
    """
    posted = await read_body(request, PostRetry)
    asked = change.store_request
    revision = asked.revision if posted.revision == "current" else None

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            event_id = custom_event_id.lower()
            if not retry_event(tx.members, tx.events, event_id, revision=revision, now=asked.now):
                raise NotFound(f"no event {custom_event_id[:80]} in {asked.store}")
            return Changed(None)

        return operation

    return await change.respond(posted, prepare)


async def _acceptance(store_request: StoreRequest, report: EventReport, *, large: bool) -> Operation:
    """Return the operation that stores an event, a large one validated in a thread; raise BadInput or a Refusal."""
    program = store_request.program
    try:
        event = await asyncio.to_thread(validate_event, report, program) if large else validate_event(report, program)
    except BadInput:
        # A repetition gets the first response, even if the program has changed and refuses the event now.
        repetition = possible_repetition(report, program.zone)
        before = None
        if repetition is not None:
            before = await store_request.database.read(lambda tx: accepted_before(tx, repetition))
        if before is None:
            raise
        known = before
        return lambda _: _changed(known)
    revision, now = store_request.revision, store_request.now
    return lambda tx: _changed(accept_event(tx, program, revision, event, now=now))


def _changed(accepted: AcceptedEvent) -> Changed:
    answer: CustomEventId = {"customEventId": accepted.event_id}
    return Changed(answer, accepted.to_start, accepted.stored)


async def _response_with_outcome(store_request: StoreRequest, answer: Answer, seconds: int) -> Response:
    """Return a response with the outcome of its event, once that is known; after a number of seconds without it."""
    assert isinstance(answer.content, Mapping), "an accepted event has an id"
    outcome = await _outcome(store_request, answer.content["customEventId"], seconds)
    known = answer if outcome is None else replace(answer, content={**answer.content, "outcome": outcome})
    response = known.response()
    response.headers["Preference-Applied"] = f"wait={seconds}"
    return response


async def _outcome(store_request: StoreRequest, event_id: str, seconds: int) -> dict[str, Any] | None:
    """Return the outcome of an event; None if it is not applied within a number of seconds."""
    state = store_request.state
    if not await state.event_waiter.settled(store_request.store, event_id, seconds=seconds):
        return None
    event = await store_request.database.read(lambda tx: tx.events.get(event_id))
    if event is None or event.status not in ("applied", "failed"):
        return None
    program = await state.services.programs.revision(store_request.store, event.revision)
    return await store_request.database.read(lambda tx: receipt_view(tx, event, program))
