"""The JSON of a simulation: the response of the API and the output of `laurel simulate --format json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.decisions import presentation as readable
from loyalty.decisions.decision_json import to_json
from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.program import Program
from loyalty.store.memory.store import SentMessage
from loyalty.store.points import Transfer
from workbench.simulation.simulation import MemberStatus, SimulationResult

UNDEPLOYED = "undeployed"


@dataclass(frozen=True, slots=True)
class SimulatedProgram:
    """The program of a simulation; `revision` is None if it was never deployed."""

    program: Program
    revision: int | None
    revision_hash: str


def simulation_to_json(
    result: SimulationResult, simulated: SimulatedProgram, *, customer_id: str | None
) -> dict[str, Any]:
    """Return the complete result as JSON. `customer_id` is None for a member who does not exist yet."""
    program = simulated.program
    events = [*result.meanwhile, *result.events]
    return {
        "revision": UNDEPLOYED if simulated.revision is None else simulated.revision,
        "revisionHash": simulated.revision_hash,
        "customerId": customer_id,
        "now": readable.shown(result.now, program.zone),
        "meanwhile": _trees(result.meanwhile, program),
        "events": _trees(result.events, program),
        "before": _status(result.before, program),
        "after": _status(result.after, program),
        "messages": [_message(each, sent) for each in events for sent in each.sent],
    }


def _trees(events: Sequence[ProcessedEvent], program: Program) -> list[dict[str, Any]]:
    """Return the events that nothing caused, each with the events that it caused nested inside."""
    caused: dict[str | None, list[ProcessedEvent]] = {}
    for each in events:
        caused.setdefault(each.parent, []).append(each)
    return [_node(each, caused, program) for each in caused.get(None, ())]


def _node(
    event: ProcessedEvent, caused: Mapping[str | None, Sequence[ProcessedEvent]], program: Program
) -> dict[str, Any]:
    nodes = [_node(each, caused, program) for each in caused.get(event.id, ())]
    entries = [_entry(each, event, program) for each in event.transfers]
    return {
        "type": event.type,
        "body": dict(event.body),
        "eventDate": readable.shown(event.time, program.zone),
        "createdAt": readable.shown(event.at, program.zone),
        "error": event.error or None,
        "decision": readable.decision(to_json(event.decision), program),
        "outcome": readable.outcome(event.log, entries, nodes),
    }


def _entry(entry: Transfer, event: ProcessedEvent, program: Program) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "wallet": entry.wallet,
        "points": readable.amount(program, entry.wallet, entry.points),
        "balance": readable.amount(program, entry.wallet, entry.balance),
        "source": entry.source,
        "at": readable.shown(event.at, program.zone),
    }


def _message(event: ProcessedEvent, sent: SentMessage) -> dict[str, Any]:
    """Return a message; only `call_webhook` has a `url`, as subscriptions decide the destination of all others."""
    return {"name": sent.name, "event": event.type, "url": sent.url, "body": sent.body}


def _status(status: MemberStatus, program: Program) -> dict[str, Any]:
    names = ("active", "pending", "earned", "spent", "expired")
    return {
        "tier": status.tier,
        **({"tiers": dict(status.tiers)} if status.tiers else {}),
        "wallets": {
            code: {name: readable.amount(program, code, getattr(balance, name)) for name in names}
            for code, balance in status.balances.items()
        },
        "badges": dict(status.badges),
        "attributes": dict(status.attributes),
        "achievements": {
            name: {"completed": each.completed, "progress": each.progress, "goal": each.goal}
            for name, each in status.achievements.items()
        },
    }
