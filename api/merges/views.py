"""Merges of members as responses show them."""

from typing import Any

from api.http.responses import format_instant, omit_none
from loyalty.program.program import Program
from loyalty.store.merges import Merge


def merge_view(merge: Merge, program: Program) -> dict[str, Any]:
    """Return a merge, with what it moved."""
    finished_at = None if merge.finished_at is None else format_instant(merge.finished_at, program.zone)
    return {
        "mergeId": merge.id,
        "customerId": merge.survivor,
        "mergedCustomerId": merge.merged,
        "status": merge.status,
        "requestedAt": format_instant(merge.requested_at, program.zone),
        "requestedBy": merge.requested_by,
        "customEventId": merge.event,
        **omit_none(
            finishedAt=finished_at,
            refusal=merge.refusal,
            because=merge.because,
            comment=merge.comment,
            result=merge.result,
        ),
    }
