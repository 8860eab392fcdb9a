"""Read one event from a file, in the form of `POST customEvent`, or a transaction, as for `POST transaction`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import rules
from loyalty.imports.columns import LineFault
from loyalty.imports.lines import TransactionLine, read_line
from loyalty.imports.records import Record
from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from loyalty.store.imports import Layout
from loyalty.transactions.documents import Document
from program_files.readers.node_values import note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from workbench.scenarios.files.names import ProgramNames

MAX_BODY_FAULTS = 20
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Lines of transactions do not depend on the time."""

CUSTOMER_KEYS = ("customerId", "email", "phone", "loyaltyCardNumber")


@dataclass(frozen=True, slots=True)
class EventInput:
    """An event to simulate. `time` is None if the file gives none; `customer` holds the identifiers of its member.

    `document`: the sale or return in place of an event.
    """

    type: str
    time: datetime | None
    body: Mapping[str, Any]
    customer: Mapping[str, str]
    document: Document | None = None


def read_event_input(node: Node, program: Program) -> EventInput:
    """Read an event, with or without the `event` key around it; raise ProgramFaults with all problems.

    A transaction has the `transaction` key around it, and the first problem is raised.
    """
    problems, names = Problems(), ProgramNames(program)
    if "transaction" in node.entries:
        return _read_transaction(node.entries["transaction"], program, problems)
    inner = node.entries.get("event", node)
    if not isinstance(inner.value, dict):
        note_wrong_type(inner, problems, "an event", "a map")
    event_type = _type(inner, problems, program)
    body_node = inner.entries.get("body")
    body = _map(body_node, problems, "body")
    for fault, _ in zip(event_type.body.faults(body) if event_type else (), range(MAX_BODY_FAULTS), strict=False):
        problems.add((body_node or inner).place_of(fault.path), "body-invalid", shown(fault.message))
    date = inner.entries.get("eventDate")
    time = None if date is None else names.instant(date, problems, "eventDate")
    customer = _map(inner.entries.get("customerData"), problems, "customerData")
    problems.raise_if_any()
    assert event_type is not None, "otherwise there is a problem"
    return EventInput(
        event_type.name, time, body, {key: str(customer[key]) for key in CUSTOMER_KEYS if customer.get(key)}
    )


def _read_transaction(node: Node, program: Program, problems: Problems) -> EventInput:
    record = Record(1, rules.exact.dumps(_map(node, problems, "transaction")).encode())
    problems.raise_if_any()
    asked = read_line(record, Layout("jsonl"), "transaction", program, now=_NEVER).asked
    if isinstance(asked, LineFault):
        where = f"transaction.{asked.path}" if asked.path else "transaction"
        problems.add(node.place, "body-invalid", f"{where}: {shown(asked.message)}")
    problems.raise_if_any()
    assert isinstance(asked, TransactionLine), "it is read as one"
    document = asked.document
    customer = {key: str(document.customer_data[key]) for key in CUSTOMER_KEYS if document.customer_data.get(key)}
    return EventInput("transaction", document.purchased_at, {}, customer, document)


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
