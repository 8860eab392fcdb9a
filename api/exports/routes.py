"""Exports: request a file, which a workflow writes, and download it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from pydantic.alias_generators import to_snake
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from access import Permission
from api.authentication.callers import AdminCaller
from api.exports.criteria import conditions_of
from api.exports.schemas import Export, ExportId, Exports, PostExport
from api.exports.views import export_view
from api.http.errors import BadInput, Forbidden, NotFound
from api.http.paging import ListQuery, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Changed, Operation
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction, Transaction
from loyalty.ids import new_id
from loyalty.store.exports import ExportType, StoredExport

router = APIRouter(prefix="/api/{storeCode}/export", tags=["Export"])

ExportInPath: TypeAlias = Annotated[str, Path(alias="export", description="An exportId.")]

LIST_QUERY = ListQuery(
    {
        "exportId": "exact_text",
        "type": "exact_text",
        "status": "exact_text",
        "message": "text",
        "createdAt": "instant",
    }
)

_COLUMNS = {"exportId": "id", "type": "type", "status": "status", "message": "error", "createdAt": "created_at"}

NEEDED: Mapping[ExportType, Permission] = {
    "member": Permission.VIEW_MEMBERS,
    "unitTransfer": Permission.VIEW_POINTS,
    "customEvent": Permission.VIEW_EVENTS,
    "transaction": Permission.VIEW_TRANSACTIONS,
    "rewardCoupon": Permission.VIEW_REWARDS,
    "rewardFulfillment": Permission.VIEW_REDEMPTIONS,
}
"""The permission that an export of each type needs."""

_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}

_EXAMPLE = {"format": "csv", "member": {"active": True, "createdAt": {"gte": "2026-01-01"}}}

_ELSEWHERE = {
    "memberTier": "export `member` with the filter levelId",
    "memberSegment": "there are no segments in Laurel: export `member` with filters",
    "campaignCode": "codes of rewards are exported as `rewardCoupon`",
}
"""Types of the reference that are exported by other routes."""


@router.post(
    "/{type}", summary="Export a file", response_model=ExportId, openapi_extra=request_body(PostExport, _EXAMPLE)
)
async def post_export(
    request: Request,
    type_: Annotated[str, Path(alias="type", description=f"One of {', '.join(NEEDED)}.")],
    change: AdminChange,
) -> Response:
    """Export everything of a type into a file, as of now, the oldest first: CSV, or with `format` JSON lines."""
    asked = change.store_request
    kind = _type(type_)
    caller = _require_permission(asked, kind)
    posted = await read_body(request, PostExport)
    criteria: dict[str, Any] = getattr(posted, to_snake(kind))

    async def prepare() -> Operation:
        conditions = conditions_of(kind, criteria, asked.program)

        def add(tx: Transaction) -> Changed:
            export_id, how = new_id(), posted.format
            tx.exports.add(export_id, kind, how, criteria=criteria, conditions=conditions, by=caller.id, now=asked.now)
            return Changed({"exportId": export_id})

        return add

    return await change.respond(posted, prepare)


@router.get("", summary="List exports", response_model=Exports, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_exports(request: Request, store_request: AdminRequest) -> Response:
    """List the exports of a store, the newest first."""
    zone = store_request.program.zone
    page, filters = LIST_QUERY.parse(request.query_params, zone)
    wanted = replace(page, conditions=[each.on(_COLUMNS[each.field]) for each in filters])
    found = await store_request.database.read(lambda tx: tx.exports.page(wanted))
    return ExactJson(page_of_records(found, lambda each: export_view(each, zone)))


@router.get("/{export}", summary="Show an export", response_model=Export)
async def show_export(export_id: ExportInPath, store_request: AdminRequest) -> Response:
    """Return one export, and how many rows are written."""
    found = await store_request.database.read(lambda tx: _require(tx, export_id))
    return ExactJson(export_view(found, store_request.program.zone))


@router.get(
    "/{export}/download",
    summary="Download an export",
    response_class=Response,
    responses={200: {"content": {each: {"schema": {"type": "string"}} for each in ("text/csv", "application/jsonl")}}},
)
async def download(export_id: ExportInPath, store_request: AdminRequest) -> Response:
    """Download the file of an export that is done. It is kept for 7 days.

    In CSV, a text that a spreadsheet would run as a formula, since it begins with `=`, `+`, `-` or `@`, has an
    apostrophe before it.
    """
    found = await store_request.database.read(lambda tx: _require(tx, export_id))
    _require_permission(store_request, found.type)
    if found.status != "done":
        message = f"the export is {found.status}: download it when it is done"
        raise BadInput.at("export", message, "wrongStatus")
    name = f"{found.type}-{found.id}.{found.format}"
    return StreamingResponse(
        _chunks(store_request, found),
        media_type=_MEDIA_TYPES[found.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post("/{export}/retry", summary="Retry an export", status_code=204, response_class=Response)
async def retry(export_id: ExportInPath, store_request: AdminRequest) -> Response:
    """Resume a failed export, after the last row that was written."""

    def change(tx: Transaction) -> bool:
        found = _require(tx, export_id)
        if not tx.exports.change(found.id, "pending", now=datetime.now(UTC)):
            raise BadInput.at("export", f"the export is {found.status}: this is for one that is failed", "wrongStatus")
        return True

    await store_request.write(change, entity_id=export_id.lower())
    return Response(status_code=204)


def _type(text: str) -> ExportType:
    for each in NEEDED:
        if text == each:
            return each
    if text in _ELSEWHERE:
        raise BadInput.at("type", f"{text} is not exported as such: {_ELSEWHERE[text]}", "notSupported")
    raise BadInput.at("type", f"{text[:80]} cannot be exported: use one of {', '.join(NEEDED)}", "unknownType")


def _require_permission(asked: StoreRequest, type_: ExportType) -> AdminCaller:
    caller = asked.caller
    if not isinstance(caller, AdminCaller) or not caller.rights.allow(NEEDED[type_]):
        raise Forbidden(f"this also needs the permission {NEEDED[type_]}, which your role does not include")
    return caller


def _require(tx: ReadTransaction, export_id: str) -> StoredExport:
    found = tx.exports.get(export_id.lower())
    if found is None:
        raise NotFound(f"no export {export_id[:80]} in {tx.store}")
    return found


async def _chunks(asked: StoreRequest, found: StoredExport) -> AsyncIterator[bytes]:
    for number in range(found.chunks):
        chunk = await asked.database.read(partial(_chunk, found.id, number))
        yield chunk or b""


def _chunk(export_id: str, number: int, tx: ReadTransaction) -> bytes | None:
    return tx.exports.chunk(export_id, number)
