"""Revisions as answers show them."""

from datetime import tzinfo
from typing import Any

from api.responses import format_instant
from loyalty.store.rows import Row


def revision_view(row: Row, *, in_force: bool, zone: tzinfo) -> dict[str, Any]:
    """A revision without its files, in the documented fields."""
    return {
        "revision": row["number"],
        "hash": row["hash"],
        "deployedAt": format_instant(row["deployed_at"], zone),
        "deployedBy": row["deployed_by"],
        "inForce": in_force,
        "note": row["note"],
    }
