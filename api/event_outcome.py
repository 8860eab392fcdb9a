"""What came of an event: the decision in people's units, the ledger, what was caused, what was sent."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.answers import present, shown
from database import Transaction
from loyalty.program import Program

DEEPEST = 5
"""How far down the events that caused one another are followed."""

_TOLD_BY = {"achievement_completed": "achievements", "badge_granted": "badges", "reward_issued": "rewards"}
"""Built-in events that tell of something a member got, and where the outcome lists it."""

_UNITS = ("mo", "d", "s")


def outcome_of(tx: Transaction, row: Any, program: Program) -> dict[str, Any]:
    """An event's decision and outcome, and the deliveries of it and of all it caused."""
    caused = _caused(tx, row["id"], program, DEEPEST)
    ids = [row["id"], *_ids(caused)]
    return {
        "error": row["error"],
        "revision": row["revision"],
        "decision": _decision(row["decision"], program),
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
        "decision": _decision(row["decision"], program),
        "outcome": _outcome(tx, row["id"], caused, program),
    }


def _outcome(tx: Transaction, event_id: str, caused: list[dict[str, Any]], program: Program) -> dict[str, Any]:
    told: dict[str, list[Any]] = {name: [] for name in _TOLD_BY.values()}
    for node in caused:
        if node["type"] in _TOLD_BY:
            told[_TOLD_BY[node["type"]]].append(node["body"])
    entries = [_entry(row, program) for row in tx.ledger.entries_of(event_id)]
    did = [words for result in tx.events.step_results(event_id) for words in result["did"]]
    return {"did": did, "entries": entries, "caused": caused, **told}


def _ids(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for node in nodes:
        yield node["customEventId"]
        yield from _ids(node["outcome"]["caused"])


def _entry(row: Any, program: Program) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "wallet": row["wallet"],
        "points": _amount(program, row["wallet"], row["points"]),
        "balance": _amount(program, row["wallet"], row["balance"]),
        "source": row["source"],
        "at": shown(row["at"], program.zone),
    }


def _amount(program: Program, wallet: str, points: int) -> Any:
    """Points as people write them; as they are kept, of a wallet that this revision does not have."""
    known = program.wallets.get(wallet)
    return known.amount(points) if known else points


def _decision(answers: list[dict[str, Any]] | None, program: Program) -> list[dict[str, Any]] | None:
    if answers is None:
        return None
    return [answer | {"effects": [_effect(each, program) for each in answer["effects"]]} for answer in answers]


def _effect(effect: Mapping[str, Any], program: Program) -> dict[str, Any]:
    """A kept effect as a program file would write it."""
    ((name, value),) = effect.items()
    if name not in ("award_points", "deduct_points"):
        return dict(effect)
    readable = value | {"points": _amount(program, value["wallet"], value["points"])}
    if "pending" in value:
        readable["pending"] = _duration(value["pending"])
    match value.get("expires"):
        case {"after": parts}:
            readable["expires"] = {"after": _duration(parts)}
        case {"on": [month, day]}:
            readable["expires"] = {"on": f"{month:02}-{day:02}"}
        case _:
            pass
    return {name: readable}


def _duration(parts: list[int]) -> str:
    return " ".join(f"{count}{unit}" for count, unit in zip(parts, _UNITS, strict=True) if count) or "0d"


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
