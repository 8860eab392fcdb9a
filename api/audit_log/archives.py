"""The audit log as a file: export it, and archive it so that it does not grow without end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.audit_log.routes import COLUMNS, LIST_QUERY
from api.audit_log.schemas import ArchivedLogs, ArchiveList, PostArchive
from api.audit_log.views import entry_view
from api.authentication.granting import present_rights
from api.http.errors import BadInput, NotFound
from api.http.paging import UNREADABLE, page_of_list, view_or_reason
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson, no_content
from api.state.dependencies import CurrentAccessChange, CurrentAdmin, CurrentState
from database import Access, AccessReader
from database.audit_archives import AuditArchive
from database.audit_log import AuditEntry
from database.pages import PageRequest, PageResult
from loyalty.calendar import start_of
from loyalty.ids import new_id

MOST_EXPORTED = 10_000

router = APIRouter(prefix="/api/audit/log", tags=["Audit"])

_FIELDS = (
    "auditLogId",
    "createdAt",
    "store",
    "eventType",
    "entityType",
    "entityId",
    "userId",
    "username",
    "userType",
    "apiKeyId",
    "ip",
    "outcome",
    "status",
)
FilenameInPath = Annotated[str, Path(alias="filename", max_length=255)]


@router.get(
    "/export",
    summary="Export the audit log",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "CSV, a line for each entry."}},
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def export(request: Request, caller: CurrentAdmin, state: CurrentState) -> Response:
    """Export the newest 10,000 entries that match the filters, as CSV."""
    page, filters = LIST_QUERY.parse(request.query_params, UTC)
    conditions = [each.on(COLUMNS[each.field]) for each in filters]
    wanted = replace(page, limit=MOST_EXPORTED, offset=0, conditions=conditions)

    def read(access: AccessReader) -> PageResult[AuditEntry]:
        return access.audit_log.page(wanted, store=present_rights(access, caller).store)

    found = await state.services.database.access_read(read)
    lines = [_FIELDS, *(_line(each) for each in found.records)]
    text = "".join(",".join(map(_cell, line)) + "\r\n" for line in lines)
    disposition = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=disposition)


@router.get("/archive", summary="List archives of the audit log", response_model=ArchiveList)
async def list_archives(_: CurrentAdmin, state: CurrentState) -> Response:
    """List the names of the archives, the oldest first."""
    found = await state.services.database.access_read(lambda access: access.audit_archives.all())
    names = [each.filename for each in found]
    return ExactJson(page_of_list(names, PageRequest(max(1, len(names)))))


@router.post(
    "/archive",
    summary="Archive the audit log",
    response_model=list[ArchivedLogs],
    openapi_extra=request_body(PostArchive, {"archive": {"beforeDate": "2024-01-01"}}),
)
async def post_archive(request: Request, change: CurrentAccessChange) -> Response:
    """Move the entries before a day (UTC) into an archive, at most 50,000: repeat it until nothing is left."""
    text = (await read_body(request, PostArchive)).archive.before_date
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadInput.at("archive.beforeDate", "this is not a day: write it as 2024-01-31", "invalidDate") from None
    now = datetime.now(UTC)
    before = start_of(day, UTC)
    if before > now:
        raise BadInput.at("archive.beforeDate", "the day lies in the future: name an earlier one", "outOfRange")
    filename = f"audit-log-before-{day.isoformat()}-{new_id()}.jsonl.gz"
    made: list[AuditArchive] = []

    def write(access: Access) -> str:
        access.lock()
        found = access.audit_archives.archive(before, filename, entry_view, now=now)
        made.extend([] if found is None else [found])
        return filename if found is not None else ""

    await change.write(write, details={"beforeDate": day.isoformat()})
    archived: Sequence[dict[str, Any]] = [
        {"totalArchived": each.entries, "filename": each.filename} for each in made[:1]
    ] or [{"totalArchived": 0, "filename": None}]
    return ExactJson(archived)


@router.get(
    "/archive/{filename}",
    summary="Get an archive of the audit log",
    response_class=Response,
    responses={200: {"content": {"application/gzip": {}}, "description": "JSON lines, compressed by gzip."}},
)
async def get_archive(filename: FilenameInPath, _: CurrentAdmin, state: CurrentState) -> Response:
    """Download the entries of an archive, the oldest first."""
    content = await state.services.database.access_read(lambda access: access.audit_archives.content(filename))
    if content is None:
        raise NotFound(f"no archive {filename[:80]}")
    return Response(content, media_type="application/gzip")


@router.delete(
    "/archive/{filename}", summary="Remove an archive of the audit log", status_code=204, response_class=Response
)
async def delete_archive(filename: FilenameInPath, change: CurrentAccessChange) -> Response:
    """Remove an archive permanently: download it first. The audit log records who removed it."""

    def write(access: Access) -> str:
        if not access.audit_archives.remove(filename):
            raise NotFound(f"no archive {filename[:80]}")
        return filename

    await change.write(write)
    return no_content()


def _line(entry: AuditEntry) -> tuple[str, ...]:
    view: dict[str, Any] = dict(view_or_reason(entry, entry_view))
    if UNREADABLE in view:
        return (view["id"], view[UNREADABLE], *("" for _ in _FIELDS[2:]))
    view["store"] = entry.store
    return tuple("" if view[name] is None else str(view[name]) for name in _FIELDS)


def _cell(text: str) -> str:
    """Return a cell of CSV that no spreadsheet runs as a formula."""
    guarded = f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return '"' + guarded.replace('"', '""') + '"' if any(each in guarded for each in '",\r\n') else guarded
