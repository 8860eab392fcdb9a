"""Due items: list what is due or set aside and why, and retry it."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.due_items.filters import LIST_QUERY, filtered_page
from api.due_items.schemas import ITEM, DueItems
from api.due_items.views import due_item_view
from api.http.errors import NotFound
from api.http.paging import page_of_records
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest
from database import Transaction
from loyalty.engine.due_items import retry_due_item

router = APIRouter(prefix="/api/{storeCode}/dueItem", tags=["Due item"])

_TOTAL = {"all": 1204, "filtered": 1, "estimated": False}


@router.get(
    "",
    summary="List due items",
    response_model=DueItems,
    openapi_extra=LIST_QUERY.openapi_parameters(),
    responses={200: {"content": {"application/json": {"example": {"items": [ITEM], "total": _TOTAL}}}}},
)
async def list_due_items(request: Request, store_request: AdminRequest) -> Response:
    """List due items, the latest first: activation, warning and expiry of points; likewise of coupons and tiers.

    With `failed=true`, only items that are set aside: running them met an error, and they wait until they are retried.
    """
    zone = store_request.program.zone
    page, filters = LIST_QUERY.parse(request.query_params, zone)
    found = await store_request.database.read(lambda tx: tx.due_items.page(filtered_page(tx, page, filters)))
    return ExactJson(
        page_of_records(found, lambda each: due_item_view(each, zone), lambda each: f"{each.subject}/{each.kind}")
    )


@router.post(
    "/{subject}/{kind}/retry",
    summary="Retry a due item",
    status_code=204,
    response_class=Response,
)
async def retry(
    subject: Annotated[str, Path(description="As in the list.")],
    kind: Annotated[str, Path(description="As in the list.")],
    change: AdminChange,
) -> Response:
    """Make a due item that is set aside due now: it runs behind the events in its member's queue."""

    async def prepare() -> Operation:
        def operation(tx: Transaction) -> Changed:
            if not retry_due_item(tx.due_items, subject, kind, now=change.store_request.now):
                what = f"no due item {kind[:80]} of {subject[:80]} in {change.store_request.store}"
                raise NotFound(f"{what}: it was run, or replaced")
            return Changed(None)

        return operation

    return await change.respond(None, prepare)
