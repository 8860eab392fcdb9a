"""A simulation as plain JSON: what the API answers, and what `laurel simulate --format json` prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.decisions import presentation as readable
from loyalty.decisions.decision_json import to_json
from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.program import Program
from loyalty.store.memory.store import SentMessage
from loyalty.store.points import LedgerEntry
from workbench.simulation.simulation import Simulated, Standing

UNDEPLOYED = "undeployed"


@dataclass(frozen=True, slots=True)
class Under:
    """The program that an event was tried under; `revision` is None where it was never deployed."""

    program: Program
    revision: int | None
    revision_hash: str


def simulation_to_json(simulated: Simulated, under: Under, *, customer_id: str | None) -> dict[str, Any]:
    """Everything that would happen. `customer_id`: of a member that there is; None: of nobody."""
    program = under.program
    done = [*simulated.meanwhile, *simulated.happened]
    return {
        "revision": UNDEPLOYED if under.revision is None else under.revision,
        "revisionHash": under.revision_hash,
        "customerId": customer_id,
        "now": readable.shown(simulated.now, program.zone),
        "meanwhile": _trees(simulated.meanwhile, program),
        "events": _trees(simulated.happened, program),
        "before": _standing(simulated.before, program),
        "after": _standing(simulated.after, program),
        "messages": [_message(each, sent) for each in done for sent in each.sent],
    }


def _trees(happened: Sequence[ProcessedEvent], program: Program) -> list[dict[str, Any]]:
    """Events with those that each caused inside; the first ones are those that nothing caused."""
    caused: dict[str | None, list[ProcessedEvent]] = {}
    for each in happened:
        caused.setdefault(each.parent, []).append(each)
    return [_node(each, caused, program) for each in caused.get(None, ())]


def _node(
    happened: ProcessedEvent, caused: Mapping[str | None, Sequence[ProcessedEvent]], program: Program
) -> dict[str, Any]:
    nodes = [_node(each, caused, program) for each in caused.get(happened.id, ())]
    entries = [_entry(each, happened, program) for each in happened.entries]
    return {
        "type": happened.type,
        "body": dict(happened.body),
        "eventDate": readable.shown(happened.time, program.zone),
        "createdAt": readable.shown(happened.at, program.zone),
        "error": happened.error or None,
        "decision": readable.decision(to_json(happened.decision), program),
        "outcome": readable.outcome(happened.log, entries, nodes),
    }


def _entry(entry: LedgerEntry, happened: ProcessedEvent, program: Program) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "wallet": entry.wallet,
        "points": readable.amount(program, entry.wallet, entry.points),
        "balance": readable.amount(program, entry.wallet, entry.balance),
        "source": entry.source,
        "at": readable.shown(happened.at, program.zone),
    }


def _message(happened: ProcessedEvent, sent: SentMessage) -> dict[str, Any]:
    """`url` of what a reactor sends by itself; of all else, whoever subscribes says where it goes."""
    return {"name": sent.name, "event": happened.type, "url": sent.url, "body": sent.body}


def _standing(standing: Standing, program: Program) -> dict[str, Any]:
    names = ("active", "pending", "earned", "spent", "expired")
    return {
        "tier": standing.tier,
        "wallets": {
            code: {name: readable.amount(program, code, getattr(balance, name)) for name in names}
            for code, balance in standing.balances.items()
        },
        "badges": dict(standing.badges),
        "attributes": dict(standing.attributes),
        "achievements": {
            name: {"completed": each.completed, "progress": each.progress, "goal": each.goal}
            for name, each in standing.achievements.items()
        },
    }
