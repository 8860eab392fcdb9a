"""An event as it is shown: what was reported, which program and workflow answered it, what came of it."""

from typing import Any
from urllib.parse import quote

from api.events.outcome_views import outcome_of
from api.responses import present, shown
from database import Transaction
from loyalty.program.program import Program

NAMESPACES = "/namespaces/"


def event_details(tx: Transaction, row: Any, program: Program, *, temporal_ui: str | None) -> dict[str, Any]:
    """All that is known of an event. `temporal_ui`: where Temporal's UI is, if anywhere."""
    revision = {"revision": row["revision"], "revisionHash": tx.revisions.hash_of(row["revision"])}
    workflow = _workflow(tx.store, row["id"], temporal_ui)
    return custom_event(row, program) | revision | workflow | outcome_of(tx, row, program)


def custom_event(row: Any, program: Program) -> dict[str, Any]:
    """An event as it was reported."""
    event_type = program.event_types.get(row["type"])
    return {
        "customEventId": row["id"],
        "customerId": row["member"],
        "type": row["type"],
        "eventName": event_type.title if event_type else row["type"],
        "customerData": row["customer_data"] or {},
        "body": row["body"],
        "eventDate": shown(row["time"], program.zone),
        "createdAt": shown(row["received_at"], program.zone),
        "status": row["status"],
    } | present(eventId=row["external_id"])


def _workflow(store: str, event_id: str, temporal_ui: str | None) -> dict[str, Any]:
    workflow_id = f"event/{store}/{event_id}"
    if temporal_ui is None:
        return {"workflowId": workflow_id}
    base = temporal_ui.rstrip("/")
    namespace = base if NAMESPACES in base else f"{base}{NAMESPACES}default"
    return {"workflowId": workflow_id, "workflowUrl": f"{namespace}/workflows/{quote(workflow_id, safe='')}"}
