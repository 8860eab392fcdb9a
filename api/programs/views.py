"""Revisions as responses show them."""

from datetime import tzinfo
from typing import Any

from api.http.responses import format_instant
from database.revisions import RevisionHeader


def revision_view(revision: RevisionHeader, *, in_force: bool, zone: tzinfo) -> dict[str, Any]:
    """Return a revision without its files, in the documented fields."""
    return {
        "revision": revision.number,
        "hash": revision.hash,
        "deployedAt": format_instant(revision.deployed_at, zone),
        "deployedBy": revision.deployed_by,
        "inForce": in_force,
        "inConsole": revision.in_console,
        "note": revision.note,
    }
