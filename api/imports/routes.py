"""Imports: upload a file, which a workflow reads; watch, pause, resume or cancel it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, TypeAlias, get_args

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from access import Permission
from api.authentication.callers import AdminCaller
from api.http.errors import BadInput, Forbidden, NotFound
from api.http.paging import Filter, ListQuery, page_of_records
from api.http.responses import ExactJson
from api.imports.schemas import FILE_BODY, ImportDetails, ImportId, Imports
from api.imports.uploads import store_upload
from api.imports.views import STATUSES, import_view, item_view
from api.state.by_hand import require_unbounded
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction, Transaction
from database.imports import ImportItem
from database.pages import Condition
from loyalty.spreadsheets import csv_line
from loyalty.store.imports import ImportStatus, ImportType, StoredImport

router = APIRouter(prefix="/api/{storeCode}/import", tags=["Import"])

ImportInPath: TypeAlias = Annotated[str, Path(alias="import", description="An importId.")]

LIST_QUERY = ListQuery(
    {"importId": "exact_text", "type": "exact_text", "status": "exact_text", "uploadedDate": "instant"},
    order_by="uploadedDate",
)
ITEM_QUERY = ListQuery(
    {
        "type": "exact_text",
        "status": "exact_text",
        "entityId": "exact_text",
        "createdAt": "instant",
        "updatedAt": "instant",
    },
    key=(int, str),
)

NEEDED: Mapping[ImportType, Permission] = {
    "member": Permission.CHANGE_MEMBERS,
    "unitTransferAdding": Permission.MOVE_POINTS,
    "unitTransferSpending": Permission.MOVE_POINTS,
    "customEvent": Permission.REPORT_EVENTS,
    "transaction": Permission.CHANGE_TRANSACTIONS,
    "transactionMatch": Permission.CHANGE_TRANSACTIONS,
    "rewardCoupon": Permission.CHANGE_REWARDS,
}
"""The permission that an import of each type needs."""

_BY_HAND = frozenset({"member", "unitTransferAdding", "unitTransferSpending"})
"""The types whose lines change points or tiers by hand."""

_REPORT_PAGE = 500


@router.post("/{type}", summary="Import a file", response_model=ImportId, openapi_extra=FILE_BODY)
async def post_import(
    request: Request,
    type_: Annotated[str, Path(alias="type", description=f"One of {', '.join(NEEDED)}.")],
    store_request: AdminRequest,
    reference: Annotated[
        str,
        Query(
            max_length=255,
            description="A name that makes this an import of its own, although its content was imported before.",
        ),
    ] = "",
) -> Response:
    """Upload a file of up to 100 MB, CSV with a header or JSON lines in UTF-8, and import its lines one by one.

    The same content again is the same import: the response has the first id, and no line is applied twice. A cancelled
    or failed import of it is resumed.
    """
    kind = _type(type_)
    caller = store_request.caller
    if not isinstance(caller, AdminCaller) or not caller.rights.allow(NEEDED[kind]):
        raise Forbidden(f"this also needs the permission {NEEDED[kind]}, which your role does not include")
    if kind in _BY_HAND:
        await store_request.database.read(lambda tx: require_unbounded(tx, store_request, "what a file changes"))
    import_id = await store_upload(request, store_request, kind, reference=reference)
    return ExactJson({"importId": import_id})


@router.get("", summary="List imports", response_model=Imports, openapi_extra=LIST_QUERY.openapi_parameters())
async def list_imports(request: Request, store_request: AdminRequest) -> Response:
    """List the imports of a store with their progress, the newest first."""
    zone = store_request.program.zone
    page, filters = LIST_QUERY.parse(request.query_params, zone)
    wanted = replace(page, conditions=[_condition(each) for each in filters])
    found = await store_request.database.read(lambda tx: tx.imports.page(wanted))
    return ExactJson(page_of_records(found, lambda each: import_view(each, zone)))


@router.get(
    "/{import}",
    summary="Show an import and the results of its lines",
    response_model=ImportDetails,
    openapi_extra=ITEM_QUERY.openapi_parameters(),
)
async def show_import(request: Request, import_id: ImportInPath, store_request: AdminRequest) -> Response:
    """Return one import with its progress, and a page of its lines.

    The last line comes first; with `_orderBy[createdAt]=asc` the first.
    """
    zone = store_request.program.zone
    page, filters = ITEM_QUERY.parse(request.query_params, zone)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = _require(tx, import_id)
        conditions = [_item_condition(each, found) for each in filters]
        items = tx.imports.items(found.id, replace(page, conditions=conditions))
        shown = page_of_records(items, lambda each: item_view(each, found.id, zone), lambda each: str(each.line))
        return {"import": import_view(found, zone)} | shown

    return ExactJson(await store_request.database.read(read))


@router.get(
    "/{import}/report",
    summary="Download the refused lines of an import",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def download_report(import_id: ImportInPath, store_request: AdminRequest) -> Response:
    """Return CSV with the number, the key, the code, the column and the reason of every line refused so far.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    found = await store_request.database.read(lambda tx: _require(tx, import_id))
    return StreamingResponse(
        _report(store_request, found.id),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-{found.id}.csv"'},
    )


@router.post("/{import}/pause", summary="Pause an import", status_code=204, response_class=Response)
async def pause(import_id: ImportInPath, store_request: AdminRequest) -> Response:
    """Stop reading after the present page of lines, until the import is resumed."""
    return await _change(store_request, import_id, "paused", ("queued", "running"))


@router.post("/{import}/resume", summary="Resume an import", status_code=204, response_class=Response)
async def resume(import_id: ImportInPath, store_request: AdminRequest) -> Response:
    """Resume a paused import, at the line where it stopped."""
    return await _change(store_request, import_id, "queued", ("paused",))


@router.post("/{import}/cancel", summary="Cancel an import", status_code=204, response_class=Response)
async def cancel(import_id: ImportInPath, store_request: AdminRequest) -> Response:
    """Cancel an import. Applied lines stay; the same file sent again continues after them."""
    return await _change(store_request, import_id, "cancelled", ("queued", "running", "paused", "failed"))


@router.post("/{import}/retry", summary="Retry an import", status_code=204, response_class=Response)
async def retry(import_id: ImportInPath, store_request: AdminRequest) -> Response:
    """Resume a failed import, at the line where it failed."""
    return await _change(store_request, import_id, "queued", ("failed",))


def _type(text: str) -> ImportType:
    for each in NEEDED:
        if text == each:
            return each
    if text in ("groupValue", "segmentMembers"):
        message = f"{text} is written in the files of the program, which are deployed: it is not imported"
        raise BadInput.at("type", message, "notSupported")
    raise BadInput.at(
        "type", f"{text[:80]} cannot be imported: use one of {', '.join(get_args(ImportType))}", "unknownType"
    )


def _condition(given: Filter) -> Condition:
    column = {"importId": "id", "type": "type", "status": "status", "uploadedDate": "created_at"}[given.field]
    if given.field == "status":
        return Condition(column, "in", [status for status, shown in STATUSES.items() if shown == given.value])
    return given.on(column)


def _item_condition(given: Filter, found: StoredImport) -> Condition:
    match given.field:
        case "type":
            return Condition("line", "gte" if given.value == found.type else "lt", 0)
        case "status":
            statuses = {"succeed": ["done", "repeated"], "failed": ["refused"]}.get(str(given.value), [])
            return Condition("status", "in", statuses)
        case "entityId":
            return Condition("entity", "eq", str(given.value).lower())
        case _:
            return given.on("created_at")


def _require(tx: ReadTransaction, import_id: str) -> StoredImport:
    found = tx.imports.get(import_id.lower())
    if found is None or found.status == "uploading":
        raise NotFound(f"no import {import_id[:80]} in {tx.store}")
    return found


async def _change(asked: StoreRequest, import_id: str, status: ImportStatus, since: Sequence[ImportStatus]) -> Response:
    now = datetime.now(UTC)

    def change(tx: Transaction) -> bool:
        found = _require(tx, import_id)
        if not tx.imports.change(found.id, status, since=since, now=now):
            message = f"the import is {STATUSES[found.status]}: this is for one that is {' or '.join(since)}"
            raise BadInput.at("import", message, "wrongStatus")
        return True

    await asked.write(change, entity_id=import_id.lower())
    return Response(status_code=204)


def _refused(import_id: str, after: int, tx: ReadTransaction) -> list[ImportItem]:
    return tx.imports.refused_after(import_id, after, limit=_REPORT_PAGE)


async def _report(asked: StoreRequest, import_id: str) -> AsyncIterator[str]:
    yield csv_line(["line", "key", "code", "path", "message"])
    last = 0
    while True:
        page = await asked.database.read(partial(_refused, import_id, last))
        for each in page:
            yield csv_line([each.line, each.key, each.code, each.path, each.message])
            last = each.line
        if len(page) < _REPORT_PAGE:
            return
