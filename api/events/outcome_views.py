"""What came of an event: the decision in people's units, the ledger, what was caused, what was sent."""

from collections.abc import Iterator
from typing import Any

from api.responses import present, shown
from database import Transaction
from loyalty.decisions import presentation as readable
from loyalty.program.program import Program

DEEPEST = 5
"""How far down the events that caused one another are followed."""


def outcome_of(tx: Transaction, row: Any, program: Program) -> dict[str, Any]:
    """An event's decision and outcome, and the deliveries of it and of all it caused."""
    caused = _caused(tx, row["id"], program, DEEPEST)
    ids = [row["id"], *_ids(caused)]
    return {
        "error": row["error"],
        "decision": readable.decision(row["decision"], program),
        "outcome": _outcome(tx, row["id"], caused, program),
        "deliveries": [delivery for event_id in ids for delivery in _deliveries(tx, event_id, program)],
    }


def _caused(tx: Transaction, event_id: str, program: Program, depth: int) -> list[dict[str, Any]]:
    if depth == 0:
        return []
    return [_node(tx, row, program, depth) for row in tx.events.caused_by(event_id)]


def _node(tx: Transaction, row: Any, program: Program, depth: int) -> dict[str, Any]:
    caused = _caused(tx, row["id"], program, depth - 1)
    return {
        "customEventId": row["id"],
        "type": row["type"],
        "body": row["body"],
        "status": row["status"],
        "error": row["error"],
        "createdAt": shown(row["received_at"], program.zone),
        "decision": readable.decision(row["decision"], program),
        "outcome": _outcome(tx, row["id"], caused, program),
    }


def _outcome(tx: Transaction, event_id: str, caused: list[dict[str, Any]], program: Program) -> dict[str, Any]:
    entries = [_entry(row, program) for row in tx.ledger.entries_of(event_id)]
    did = [words for result in tx.events.step_results(event_id) for words in result["did"]]
    return readable.outcome(did, entries, caused)


def _ids(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        yield node["customEventId"]
        yield from _ids(node["outcome"]["caused"])


def _entry(row: Any, program: Program) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "wallet": row["wallet"],
        "points": readable.amount(program, row["wallet"], row["points"]),
        "balance": readable.amount(program, row["wallet"], row["balance"]),
        "source": row["source"],
        "at": shown(row["at"], program.zone),
    }


def _deliveries(tx: Transaction, event_id: str, program: Program) -> Iterator[dict[str, Any]]:
    for row in tx.webhooks.of_event(event_id):
        attempts = [_attempt(attempt, program) for attempt in tx.webhooks.attempts(row["id"])]
        yield {
            "deliveryId": row["id"],
            "customEventId": event_id,
            "name": row["name"],
            "url": row["url"],
            "status": row["status"],
            "attempts": attempts,
        } | present(
            webhookSubscriptionId=row["subscription"],
            nextAttemptAt=row["next_attempt_at"] and shown(row["next_attempt_at"], program.zone),
        )


def _attempt(row: Any, program: Program) -> dict[str, Any]:
    return {
        "number": row["number"],
        "at": shown(row["at"], program.zone),
        "status": row["status"],
        "latencyMs": row["latency_ms"],
        "error": row["error"],
    }
