"""Drafts as responses show them."""

from datetime import tzinfo
from typing import Any

from api.drafts.saving import DraftState
from api.http.responses import format_instant
from workbench.drafts.merging import change_of, version_of


def draft_view(draft: DraftState, zone: tzinfo) -> dict[str, Any]:
    """Return a draft with its files, in the documented fields; including the removed ones."""
    stored = draft.stored
    in_conflict = {each.path for each in draft.conflicts}
    paths = sorted({*draft.base, *draft.changes})
    return {
        "basedOn": draft.based_on,
        "inForce": draft.in_force,
        "changedAt": None if stored is None else format_instant(stored.changed_at, zone),
        "files": [_file_view(draft, path, zone) | {"isInConflict": path in in_conflict} for path in paths],
    }


def _file_view(draft: DraftState, path: str, zone: tzinfo) -> dict[str, Any]:
    changed = None if draft.stored is None else draft.stored.files.get(path)
    return saved_view(draft, path) | {
        "changedAt": None if changed is None else format_instant(changed.changed_at, zone)
    }


def saved_view(draft: DraftState, path: str) -> dict[str, Any]:
    """Return the result of saving a file, and the version of its text."""
    text = draft.text(path)
    return {"path": path, "change": change_of(draft.base.get(path), text), "version": version_of(text)}


def file_view(draft: DraftState, path: str) -> dict[str, Any]:
    """Return a file with its texts."""
    return saved_view(draft, path) | {
        "text": draft.text(path),
        "baseText": draft.base.get(path),
        "inForceText": draft.files_in_force.get(path),
    }
