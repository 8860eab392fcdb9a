"""Imports as responses show them."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from api.http.responses import format_instant, omit_none
from api.imports.schemas import Status
from database.imports import ImportItem
from loyalty.store.imports import ImportStatus, StoredImport

STATUSES: Mapping[ImportStatus, Status] = {
    "uploading": "queued",
    "queued": "queued",
    "running": "inprogress",
    "paused": "paused",
    "done": "done",
    "cancelled": "cancelled",
    "failed": "failed",
}


def import_view(found: StoredImport, zone: tzinfo) -> dict[str, Any]:
    """Return an import, and its progress."""
    finished = None if found.finished_at is None else format_instant(found.finished_at, zone)
    return {
        "importId": found.id,
        "type": found.type,
        "uploadedDate": format_instant(found.created_at, zone),
        "fileName": found.file_name,
        "status": STATUSES[found.status],
        "itemsToImport": found.lines,
        "progress": {
            "read": found.read,
            "done": found.done,
            "repeated": found.repeated,
            "refused": found.refused,
            "bytes": found.place.offset,
            "ofBytes": found.size,
        },
        "updatedAt": format_instant(found.updated_at, zone),
    } | omit_none(user=found.created_by, createdBy=found.uploader, errorMessage=found.error, finishedAt=finished)


def item_view(item: ImportItem, import_id: str, zone: tzinfo) -> dict[str, Any]:
    """Return the result of a line."""
    at = format_instant(item.created_at, zone)
    return {
        "importId": import_id,
        "line": item.line,
        "status": "failed" if item.status == "refused" else "succeed",
        "createdAt": at,
        "updatedAt": at,
    } | omit_none(
        repeated=True if item.status == "repeated" else None,
        entity=None if item.entity is None else {"id": item.entity},
        key=item.key,
        code=item.code,
        path=item.path or None,
        message=item.message,
    )
