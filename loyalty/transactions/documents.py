"""Documents: transactions as they are reported, their checks, and their values for rules."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import rules
from loyalty.program.event_types import EventType
from loyalty.program.wallets import POINT_DECIMALS, Points, to_points
from loyalty.store.members import Identity
from loyalty.store.transactions import DocumentType
from rules.numbers import CONTEXT

MAX_ITEMS: Final = 500
"""The most items of one document."""

MAX_VALUE: Final = Decimal(10**9)
"""The largest quantity, and the largest value of one item."""

MAX_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a document. `gross` is what was paid for all of it."""

    sku: str
    name: str
    category: str
    gross: Decimal | int
    quantity: Decimal | int = 1
    maker: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)

    def as_body(self) -> dict[str, Any]:
        """Return the line as rules read it."""
        return {
            "sku": self.sku,
            "name": self.name,
            "category": self.category,
            "maker": self.maker,
            "quantity": self.quantity,
            "gross_value": self.gross,
            "labels": dict(self.labels),
        }


def item_of(line: Mapping[str, Any]) -> Item:
    """Return an item from a line as rules read it."""
    return Item(
        line["sku"],
        line["name"],
        line["category"],
        line["gross_value"],
        line["quantity"],
        line["maker"],
        line["labels"],
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A sale or a return, as it is reported. `purchased_at` is aware UTC."""

    number: str
    purchased_at: datetime
    items: tuple[Item, ...]
    type: DocumentType = "sell"
    linked_number: str | None = None
    purchase_place: str | None = None
    channel: str | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    customer_data: Mapping[str, Any] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)

    @property
    def gross(self) -> Decimal | int:
        """The value of all items."""
        return sum((item.gross for item in self.items), 0)

    @property
    def gross_points(self) -> Points:
        """The value of all items, in millionths."""
        return to_points(self.gross)

    def content(self) -> dict[str, Any]:
        """Return the values that rules read."""
        return {
            "document_number": self.number,
            "purchase_place": self.purchase_place,
            "channel": self.channel,
            "gross_value": self.gross,
            "labels": dict(self.labels),
            "items": [item.as_body() for item in self.items],
        }

    def fingerprint(self) -> str:
        """Return a hash of all content, independent of the order of fields."""
        said = [
            self.type,
            self.linked_number,
            self.purchased_at.isoformat(),
            _in_order(self.content()),
            _in_order(self.customer_data),
        ]
        return hashlib.sha256(rules.exact.dumps(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """A fault of a document: `path` leads to it, by the names that rules use."""

    path: tuple[str | int, ...]
    message: str
    code: str


def faults_of(document: Document, event_type: EventType) -> list[DocumentFault]:
    """Return the faults of a document: in its amounts, or by the program's schemas of its fields."""
    found = list(_amount_faults(document))
    if not found:
        body = {"transaction": "", **document.content()}
        errors = zip(event_type.body.faults(body), range(MAX_FAULTS), strict=False)
        found += [DocumentFault(fault.path, fault.message, "bodyInvalid") for fault, _ in errors]
    return found


def declared_labels(labels: Mapping[str, Any], event_type: EventType, *path: str) -> dict[str, Any]:
    """Return labels with texts converted to the numbers that the program declares at a path of the event's body."""
    found = dict(labels)
    for schema in (event_type.body.schema, *event_type.body.schema.get("allOf", ())):
        found = typed_labels(found, _at(schema, path))
    return found


def _at(schema: Any, path: Sequence[str]) -> Any:
    """Return the schema of a field of a body, without following references."""
    for step in path:
        properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
        schema = properties.get(step, {})
        schema = schema.get("items", schema) if isinstance(schema, dict) else {}
    return schema


def typed_labels(labels: Mapping[str, str | Decimal | int | bool], schema: Any) -> dict[str, Any]:
    """Return labels with texts converted to the numbers or booleans that a schema requires, where possible."""
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return {key: _typed(value, properties.get(key)) for key, value in labels.items()}


def _typed(value: Any, schema: Any) -> Any:
    wanted = schema.get("type") if isinstance(schema, dict) else None
    if not isinstance(value, str) or wanted not in ("number", "integer", "boolean"):
        return value
    try:
        read = rules.exact.loads(value)
    except rules.MalformedJson:
        return value
    is_wanted = isinstance(read, bool) if wanted == "boolean" else isinstance(read, int | Decimal)
    return read if is_wanted and isinstance(read, bool) == (wanted == "boolean") else value


def _amount_faults(document: Document) -> Iterator[DocumentFault]:
    if not document.items:
        yield DocumentFault(("items",), "a document has at least one item", "missing")
    if len(document.items) > MAX_ITEMS:
        yield DocumentFault(("items",), f"a document has at most {MAX_ITEMS} items: send several", "tooMany")
    for number, item in enumerate(document.items):
        yield from _fault_of(item.gross, ("items", number, "gross_value"), least_excluded=False)
        yield from _fault_of(item.quantity, ("items", number, "quantity"), least_excluded=True)


def _fault_of(amount: Decimal | int, path: tuple[str | int, ...], *, least_excluded: bool) -> Iterator[DocumentFault]:
    number = Decimal(amount)
    least = "above 0" if least_excluded else "0 or more"
    if not number.is_finite() or number < 0 or (least_excluded and number == 0):
        yield DocumentFault(path, f"this is a number, {least}", "invalidAmount")
    elif number > MAX_VALUE:
        yield DocumentFault(path, f"this is at most {MAX_VALUE:f}", "invalidAmount")
    elif number.scaleb(POINT_DECIMALS, CONTEXT) % 1:
        yield DocumentFault(path, f"this has at most {POINT_DECIMALS} decimals: round it", "invalidAmount")


def _in_order(value: Any) -> Any:
    """Return a value with the keys of every object sorted."""
    match value:
        case Mapping():
            return {key: _in_order(value[key]) for key in sorted(value)}
        case list() | tuple():
            return [_in_order(each) for each in value]
        case _:
            return value
