"""Event types as custom event schemas: to read here, to write in program files."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.dependencies import AdminCall, StoreCall
from api.errors import NotAllowed, NotFound
from api.paging import Listing, page_of
from api.responses import ExactJson, Instant, JsonObject, Total, shown
from loyalty.program.event_types import EventType

router = APIRouter(prefix="/api/{storeCode}/customEvent/schema", tags=["Custom Event"])

LISTING = Listing({"eventType": "text", "name": "text", "active": "boolean"})

_TYPES = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "object": "object",
    "array": "collection",
}


class SchemaField(TypedDict):
    """One field of a body."""

    type: str
    name: str
    description: str


class SchemaFields(TypedDict):
    """The fields of a body."""

    fields: list[SchemaField]


class EventSchema(TypedDict):
    """An event type; `jsonSchema` is the whole truth about its body, `schema` its outline."""

    eventType: str
    name: str
    schema: SchemaFields
    active: bool
    createdAt: Instant
    jsonSchema: JsonObject


class EventSchemas(TypedDict):
    """A page of event types."""

    items: list[EventSchema]
    total: Total


@router.get(
    "",
    summary="List event types",
    response_model=EventSchemas,
    openapi_extra=LISTING.parameters(),
)
async def list_schemas(request: Request, call: AdminCall) -> Response:
    """The event types that can be reported, with the schemas of their bodies."""
    page, wanted = LISTING.read(request.query_params, call.program.zone)
    since = await _since(call)
    types = sorted(_reported(call).values(), key=lambda known: known.name)
    found = [_shown(each, call, since) for each in types]
    for each in wanted:
        found = [item for item in found if _fits(item[each.field], each.operator, each.value)]
    return ExactJson(page_of(found, page))


@router.get("/{eventType}", summary="Show an event type", response_model=EventSchema)
async def show_schema(event_type: Annotated[str, Path(alias="eventType")], call: AdminCall) -> Response:
    """One event type with the schema of its body."""
    known = _reported(call).get(event_type)
    if known is None:
        raise NotFound(f"no event type {event_type[:80]} in {call.store}")
    return ExactJson(_shown(known, call, await _since(call)))


@router.post("", include_in_schema=False)
@router.put("/{eventType}", include_in_schema=False)
@router.post("/{eventType}/active", include_in_schema=False)
async def refuse_change(call: AdminCall) -> Response:
    """Event types are part of a program: reviewed, tested and deployed with it."""
    message = f"event types live in the program's files: change events/*.yaml of {call.store} and deploy it"
    raise NotAllowed(message, allow="GET")


def _reported(call: StoreCall) -> dict[str, EventType]:
    return {name: known for name, known in call.program.event_types.items() if not known.built_in}


async def _since(call: StoreCall) -> datetime:
    latest = await call.database.read(lambda tx: tx.revisions.latest())
    return latest["deployed_at"] if latest else call.now


def _fits(value: Any, operator: str, wanted: Any) -> bool:
    return wanted in value if operator == "like" else bool(value == wanted)


def _shown(known: EventType, call: StoreCall, since: datetime) -> dict[str, Any]:
    schema = known.body.schema if isinstance(known.body.schema, dict) else {}
    properties = schema.get("properties", {})
    return {
        "eventType": known.name,
        "name": known.title,
        "schema": {"fields": [_field(name, each) for name, each in properties.items()]},
        "active": True,
        "createdAt": shown(since, call.program.zone),
        "jsonSchema": schema,
    }


def _field(name: str, schema: Any) -> dict[str, Any]:
    described = schema if isinstance(schema, dict) else {}
    kind = described.get("type")
    is_date = described.get("format") in ("date", "date-time")
    known = _TYPES.get(kind, "text") if isinstance(kind, str) else "text"
    description = described.get("description") or described.get("title") or ""
    return {"type": "datetime" if is_date else known, "name": name, "description": str(description)}
