"""One event from a file, in the form in which it is reported over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from program_files.node_values import note_wrong_type
from program_files.nodes import Node
from program_files.problems import Problems, shown
from workbench.scenarios.files.names import Names

MOST_BODY_FAULTS = 20
CUSTOMER = ("customerId", "email", "phone", "loyaltyCardNumber")


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """An event that could be reported. `time` is None where the file does not say; `customer` names whose it is."""

    type: str
    time: datetime | None
    body: Mapping[str, Any]
    customer: Mapping[str, str]


def read_reported(node: Node, program: Program) -> ReportedEvent:
    """The event: `{"event": {...}}` or what is inside. Raise ProgramFaults with everything that is wrong."""
    problems, names = Problems(), Names(program)
    inner = node.entries.get("event", node)
    if not isinstance(inner.value, dict):
        note_wrong_type(inner, problems, "an event", "a map")
    event_type = _type(inner, problems, program)
    body = inner.entries.get("body")
    told = _map(body, problems, "body")
    for fault, _ in zip(event_type.body.faults(told) if event_type else (), range(MOST_BODY_FAULTS), strict=False):
        problems.add((body or inner).place_of(fault.path), "body-invalid", shown(fault.message))
    date = inner.entries.get("eventDate")
    time = None if date is None else names.instant(date, problems, "eventDate")
    customer = _map(inner.entries.get("customerData"), problems, "customerData")
    problems.raise_if_any()
    assert event_type is not None, "or it is a problem"
    return ReportedEvent(
        event_type.name, time, told, {key: str(customer[key]) for key in CUSTOMER if customer.get(key)}
    )


def _type(event: Node, problems: Problems, program: Program) -> EventType | None:
    node = event.entries.get("type")
    if node is None or not isinstance(node.value, str):
        problems.add((node or event).place, "missing-key", "an event needs type, the name of its event type")
        return None
    found = program.event_types.get(node.value)
    if found is None:
        own = [each.name for each in program.event_types.values() if not each.built_in]
        problems.add_unknown(node.place, "unknown-event-type", "event type", node.value, own)
    elif found.built_in:
        message = f"{found.name} happens by itself and is not reported: try the event that causes it"
        problems.add(node.place, "caused-event", message)
    return found


def _map(node: Node | None, problems: Problems, what: str) -> Mapping[str, Any]:
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, dict):
        note_wrong_type(node, problems, what, "a map")
        return {}
    plain: Mapping[str, Any] = node.plain()
    return plain
