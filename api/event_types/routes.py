"""Event types as custom event schemas: read here, written in program files."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.event_types.filters import LIST_QUERY
from api.event_types.schemas import EventSchema, EventSchemas
from api.event_types.views import event_type_view
from api.http.errors import NotAllowed, NotFound
from api.http.paging import matches, page_of_list
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest, StoreRequest
from loyalty.program.event_types import EventType

PREFIX = "/api/{storeCode}/customEvent/schema"

router = APIRouter(prefix=PREFIX, tags=["Custom Event"])


@router.get(
    "",
    summary="List event types",
    response_model=EventSchemas,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_schemas(request: Request, store_request: AdminRequest) -> Response:
    """List the event types that can be reported, with the schemas of their bodies."""
    zone = store_request.program.zone
    page, filters = LIST_QUERY.parse(request.query_params, zone)
    deployed_at = await _deployed_at(store_request)
    event_types = sorted(_custom_event_types(store_request).values(), key=lambda each: each.name)
    views = [event_type_view(each, deployed_at=deployed_at, zone=zone) for each in event_types]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get("/{eventType}", summary="Show an event type", response_model=EventSchema)
async def show_schema(name: Annotated[str, Path(alias="eventType")], store_request: AdminRequest) -> Response:
    """Return one event type with the schema of its body."""
    event_type = _custom_event_types(store_request).get(name)
    if event_type is None:
        raise NotFound(f"no event type {name[:80]} in {store_request.store}")
    deployed_at = await _deployed_at(store_request)
    return ExactJson(event_type_view(event_type, deployed_at=deployed_at, zone=store_request.program.zone))


@router.post("", include_in_schema=False)
@router.put("/{eventType}", include_in_schema=False)
@router.post("/{eventType}/active", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: event types are part of a program, and are reviewed, tested and deployed with it."""
    message = f"event types live in the program's files: change events/*.yaml of {store_request.store} and deploy it"
    raise NotAllowed(message, allow="GET")


def _custom_event_types(store_request: StoreRequest) -> dict[str, EventType]:
    """Return the event types that can be reported, by name."""
    return {name: each for name, each in store_request.program.event_types.items() if not each.built_in}


async def _deployed_at(store_request: StoreRequest) -> datetime:
    """Return when the revision in force was deployed."""
    latest = await store_request.database.read(lambda tx: tx.revisions.latest())
    return latest.deployed_at if latest else store_request.now
