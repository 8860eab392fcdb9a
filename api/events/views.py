"""Custom events as answers show them: what was reported, the decision and its outcome, and where to watch it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from api.responses import format_instant, omit_none
from database import Transaction
from loyalty.decisions import presentation
from loyalty.program.program import Program

NAMESPACES = "/namespaces/"

MAX_CAUSED_DEPTH = 5
"""Levels of caused events that are shown."""


def event_view(row: Any, program: Program) -> dict[str, Any]:
    """An event as it was reported."""
    event_type = program.event_types.get(row["type"])
    return {
        "customEventId": row["id"],
        "customerId": row["member"],
        "type": row["type"],
        "eventName": event_type.title if event_type else row["type"],
        "customerData": row["customer_data"] or {},
        "body": row["body"],
        "eventDate": format_instant(row["time"], program.zone),
        "createdAt": format_instant(row["received_at"], program.zone),
        "status": row["status"],
    } | omit_none(eventId=row["external_id"])


def event_details_view(tx: Transaction, row: Any, program: Program, *, temporal_ui: str | None) -> dict[str, Any]:
    """All that is stored of an event. `temporal_ui` is the URL of Temporal's UI; None: no link to the workflow."""
    revision = {"revision": row["revision"], "revisionHash": tx.revisions.hash_of(row["revision"])}
    workflow = _workflow(tx.store, row["id"], temporal_ui)
    return event_view(row, program) | revision | workflow | _decision_and_outcome(tx, row, program)


def _workflow(store: str, event_id: str, temporal_ui: str | None) -> dict[str, Any]:
    workflow_id = f"event/{store}/{event_id}"
    if temporal_ui is None:
        return {"workflowId": workflow_id}
    base = temporal_ui.rstrip("/")
    namespace = base if NAMESPACES in base else f"{base}{NAMESPACES}default"
    return {"workflowId": workflow_id, "workflowUrl": f"{namespace}/workflows/{quote(workflow_id, safe='')}"}


def _decision_and_outcome(tx: Transaction, row: Any, program: Program) -> dict[str, Any]:
    """An event's decision and outcome, and the deliveries of it and of all events it caused."""
    caused = _caused_events(tx, row["id"], program, MAX_CAUSED_DEPTH)
    ids = [row["id"], *_ids_of(caused)]
    return {
        "error": row["error"],
        "decision": presentation.decision(row["decision"], program),
        "outcome": _outcome(tx, row["id"], caused, program),
        "deliveries": [delivery for event_id in ids for delivery in _deliveries(tx, event_id, program)],
    }


def _caused_events(tx: Transaction, event_id: str, program: Program, depth: int) -> list[dict[str, Any]]:
    if depth == 0:
        return []
    return [_caused_event(tx, row, program, depth) for row in tx.events.caused_by(event_id)]


def _caused_event(tx: Transaction, row: Any, program: Program, depth: int) -> dict[str, Any]:
    caused = _caused_events(tx, row["id"], program, depth - 1)
    return {
        "customEventId": row["id"],
        "type": row["type"],
        "body": row["body"],
        "status": row["status"],
        "error": row["error"],
        "createdAt": format_instant(row["received_at"], program.zone),
        "decision": presentation.decision(row["decision"], program),
        "outcome": _outcome(tx, row["id"], caused, program),
    }


def _ids_of(caused: list[dict[str, Any]]) -> Iterator[str]:
    """The ids of caused events and of those they caused."""
    for event in caused:
        yield event["customEventId"]
        yield from _ids_of(event["outcome"]["caused"])


def _outcome(tx: Transaction, event_id: str, caused: list[dict[str, Any]], program: Program) -> dict[str, Any]:
    entries = [_ledger_entry(row, program) for row in tx.ledger.entries_of(event_id)]
    did = [words for result in tx.events.step_results(event_id) for words in result["did"]]
    return presentation.outcome(did, entries, caused)


def _ledger_entry(row: Any, program: Program) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "wallet": row["wallet"],
        "points": presentation.amount(program, row["wallet"], row["points"]),
        "balance": presentation.amount(program, row["wallet"], row["balance"]),
        "source": row["source"],
        "at": format_instant(row["at"], program.zone),
    }


def _deliveries(tx: Transaction, event_id: str, program: Program) -> Iterator[dict[str, Any]]:
    for row in tx.webhooks.of_event(event_id):
        attempts = [_delivery_attempt(attempt, program) for attempt in tx.webhooks.attempts(row["id"])]
        yield {
            "deliveryId": row["id"],
            "customEventId": event_id,
            "name": row["name"],
            "url": row["url"],
            "status": row["status"],
            "attempts": attempts,
        } | omit_none(
            webhookSubscriptionId=row["subscription"],
            nextAttemptAt=row["next_attempt_at"] and format_instant(row["next_attempt_at"], program.zone),
        )


def _delivery_attempt(row: Any, program: Program) -> dict[str, Any]:
    return {
        "number": row["number"],
        "at": format_instant(row["at"], program.zone),
        "status": row["status"],
        "latencyMs": row["latency_ms"],
        "error": row["error"],
    }
