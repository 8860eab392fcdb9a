"""Custom events as responses show them: the report, the decision and its outcome, and a link to the workflow."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from api.http.responses import format_instant, omit_none
from database import ReadTransaction
from database.unreadable import unreadable_reason
from loyalty.decisions import presentation
from loyalty.masking import masked_url
from loyalty.program.program import Program
from loyalty.store.events import StoredEvent
from loyalty.store.points import Transfer
from loyalty.store.webhooks import LoggedAttempt

NAMESPACES = "/namespaces/"

MAX_CAUSED_DEPTH = 5
"""Levels of caused events that are shown."""


def event_view(event: StoredEvent, program: Program) -> dict[str, Any]:
    """Return an event as it was reported."""
    event_type = program.event_types.get(event.type)
    return {
        "customEventId": event.id,
        "customerId": event.member,
        "type": event.type,
        "eventName": event_type.title if event_type else event.type,
        "customerData": event.customer_data or {},
        "body": event.body,
        "eventDate": format_instant(event.time, program.zone),
        "createdAt": format_instant(event.received_at, program.zone),
        "status": event.status,
    } | omit_none(
        eventId=event.external_id, removedAt=event.removed_at and format_instant(event.removed_at, program.zone)
    )


def event_details_view(
    tx: ReadTransaction, event: StoredEvent, program: Program, *, temporal_ui: str | None
) -> dict[str, Any]:
    """Return everything stored about an event.

    `temporal_ui` is the URL of Temporal's UI; None: no link to the workflow.
    """
    revision = {"revision": event.revision, "revisionHash": tx.revisions.hash_of(event.revision)}
    workflow = _workflow(tx.store, event.id, temporal_ui)
    unreadable = omit_none(unreadable=unreadable_reason(event))
    reversals = _reversals(tx, event.id)
    outcome = _decision_and_outcome(tx, event, program)
    return event_view(event, program) | revision | workflow | reversals | outcome | unreadable


def _reversals(tx: ReadTransaction, event_id: str) -> dict[str, Any]:
    """Return what an event reverses, and what reverses it."""
    reversed_, reversing = tx.reversals.get(event_id), tx.reversals.of(event_id)
    return omit_none(
        reverses=reversed_
        and {"type": reversed_.reversed_type, "state": "waiting" if reversed_.reversed is None else "joined"}
        | omit_none(customEventId=reversed_.reversed, share=reversed_.share),
        reversedBy=[{"customEventId": each.event, "share": each.share} for each in reversing] or None,
    )


def _workflow(store: str, event_id: str, temporal_ui: str | None) -> dict[str, Any]:
    workflow_id = f"event/{store}/{event_id}"
    if temporal_ui is None:
        return {"workflowId": workflow_id}
    return {"workflowId": workflow_id, "workflowUrl": workflow_url(temporal_ui, workflow_id)}


def workflow_url(temporal_ui: str, workflow_id: str) -> str:
    """Return the URL of a workflow in Temporal's UI."""
    base = temporal_ui.rstrip("/")
    namespace = base if NAMESPACES in base else f"{base}{NAMESPACES}default"
    return f"{namespace}/workflows/{quote(workflow_id, safe='')}"


def _decision_and_outcome(tx: ReadTransaction, event: StoredEvent, program: Program) -> dict[str, Any]:
    """Return an event's decision and outcome, and the deliveries of it and of all events it caused."""
    caused = _caused_events(tx, event.id, program, MAX_CAUSED_DEPTH)
    ids = [event.id, *_ids_of(caused)]
    return {
        "error": event.error,
        "decision": presentation.decision(event.decision, program),
        "outcome": _outcome(tx, event.id, caused, program),
        "deliveries": [delivery for event_id in ids for delivery in _deliveries(tx, event_id, program)],
    }


def _caused_events(tx: ReadTransaction, event_id: str, program: Program, depth: int) -> list[dict[str, Any]]:
    if depth == 0:
        return []
    return [_caused_event(tx, each, program, depth) for each in tx.events.caused_by(event_id)]


def _caused_event(tx: ReadTransaction, event: StoredEvent, program: Program, depth: int) -> dict[str, Any]:
    caused = _caused_events(tx, event.id, program, depth - 1)
    return {
        "customEventId": event.id,
        "type": event.type,
        "body": event.body,
        "status": event.status,
        "error": event.error,
        "createdAt": format_instant(event.received_at, program.zone),
        "decision": presentation.decision(event.decision, program),
        "outcome": _outcome(tx, event.id, caused, program),
    } | omit_none(removedAt=event.removed_at and format_instant(event.removed_at, program.zone))


def _ids_of(caused: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the ids of caused events and of those they caused."""
    for event in caused:
        yield event["customEventId"]
        yield from _ids_of(event["outcome"]["caused"])


def _outcome(tx: ReadTransaction, event_id: str, caused: list[dict[str, Any]], program: Program) -> dict[str, Any]:
    entries = [_ledger_entry(each, program) for each in tx.ledger.transfers_of(event_id)]
    return presentation.outcome(tx.events.log_of(event_id), entries, caused)


def _ledger_entry(entry: Transfer, program: Program) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "wallet": entry.wallet,
        "points": presentation.amount(program, entry.wallet, entry.points),
        "balance": presentation.amount(program, entry.wallet, entry.balance),
        "source": entry.source,
        "at": format_instant(entry.at, program.zone),
    }


def _deliveries(tx: ReadTransaction, event_id: str, program: Program) -> Iterator[dict[str, Any]]:
    for delivery in tx.webhooks.of_event(event_id):
        attempts = [_delivery_attempt(attempt, program) for attempt in tx.webhooks.attempts(delivery.id)]
        yield {
            "deliveryId": delivery.id,
            "customEventId": event_id,
            "name": delivery.name,
            "url": masked_url(delivery.url),
            "status": delivery.status,
            "attempts": attempts,
        } | omit_none(
            webhookSubscriptionId=delivery.subscription,
            nextAttemptAt=delivery.next_attempt_at and format_instant(delivery.next_attempt_at, program.zone),
        )


def _delivery_attempt(attempt: LoggedAttempt, program: Program) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": format_instant(attempt.at, program.zone),
        "status": attempt.status,
        "latencyMs": attempt.latency_ms,
        "error": attempt.error,
    }
