"""What is stuck in a store: events, due items, deliveries, the clock, imports and exports."""

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput
from api.http.paging import Filter, ListQuery, page_of_records
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest
from api.stuck.schemas import ITEM, StuckItems
from api.stuck.views import KIND_NAMES, stuck_view
from loyalty.store.stuck import StuckKind
from workflows.clock_state import stopped_clock

router = APIRouter(prefix="/api/{storeCode}/stuck", tags=["Stuck"])

LIST_QUERY = ListQuery({"kind": "exact_text", "retryable": "boolean"}, order_by="since")

_KINDS: Mapping[str, StuckKind] = {name: kind for kind, name in KIND_NAMES.items()}
_TOTAL = {"all": 3, "filtered": 1, "estimated": False}


@router.get(
    "",
    summary="List what is stuck",
    response_model=StuckItems,
    openapi_extra=LIST_QUERY.openapi_parameters(),
    responses={200: {"content": {"application/json": {"example": {"items": [ITEM], "total": _TOTAL}}}}},
)
async def list_stuck(request: Request, store_request: AdminRequest) -> Response:
    """List failed events and files, due items that are set aside, deliveries that were given up, and what is overdue.

    The newest comes first, with the reason. With `retryable=true`, only what needs a retry by request.
    """
    zone, now = store_request.program.zone, datetime.now(UTC)
    page, filters = LIST_QUERY.parse(request.query_params, zone)
    kind = next((_kind(each) for each in filters if each.field == "kind"), None)
    retryable = next((bool(each.value) for each in filters if each.field == "retryable"), None)
    services = store_request.state.services
    clock = await stopped_clock(services.database, services.clocks, store_request.store, now=now)
    found = await store_request.database.read(
        lambda tx: tx.stuck.page(
            clock=clock,
            now=now,
            limit=page.limit,
            offset=page.offset,
            newest_first=page.newest_first,
            kind=kind,
            retryable=retryable,
        )
    )
    return ExactJson(page_of_records(found, lambda each: stuck_view(each, store_request.store, zone, now=now)))


def _kind(given: Filter) -> StuckKind:
    kind = _KINDS.get(str(given.value))
    if kind is None:
        raise BadInput.at("kind", f"this is one of {', '.join(_KINDS)}")
    return kind
