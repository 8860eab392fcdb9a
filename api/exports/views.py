"""Exports as responses show them."""

from datetime import tzinfo
from typing import Any

from api.http.responses import format_instant, omit_none
from loyalty.store.exports import StoredExport


def export_view(found: StoredExport, zone: tzinfo) -> dict[str, Any]:
    """Return an export, and its progress."""
    finished = None if found.finished_at is None else format_instant(found.finished_at, zone)
    return {
        "exportId": found.id,
        "type": found.type,
        "format": found.format,
        "status": found.status,
        "createdAt": format_instant(found.created_at, zone),
        "criteria": found.criteria,
        "exportedRows": found.rows,
    } | omit_none(finishedAt=finished, message=found.error)
