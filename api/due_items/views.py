"""Due items as responses show them."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Literal

from api.due_items.schemas import DueItemView
from api.http.responses import format_instant
from loyalty.store.due_items import DUE_KINDS, StoredDueItem, SubjectType, known_kind

_SUBJECT_TYPES: Mapping[SubjectType, Literal["lot", "hold", "issuedReward", "member", "transaction"]] = {
    "lot": "lot",
    "hold": "hold",
    "issued reward": "issuedReward",
    "member": "member",
    "transaction": "transaction",
}


def due_item_view(item: StoredDueItem, zone: tzinfo) -> DueItemView:
    """Return a due item, and why it is set aside if it is."""
    kind = known_kind(item.kind)
    return {
        "subject": item.subject,
        "subjectType": None if kind is None else _SUBJECT_TYPES[DUE_KINDS[kind].subject],
        "kind": item.kind,
        "customerId": item.member,
        "dueAt": format_instant(item.due_at, zone),
        "failed": item.failed_at is not None,
        "failedAt": None if item.failed_at is None else format_instant(item.failed_at, zone),
        "error": item.error,
    }
