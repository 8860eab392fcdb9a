"""Sales and returns in the steps of a test."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.program.program import Program
from loyalty.transactions.documents import Document, Item, faults_of
from program_files.grammar.tests import ITEM
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown


def read_document(fields: MapReader, program: Program, *, now: datetime) -> Document:
    """Return the sale or the return of a step; add a problem for each thing that production would refuse."""
    is_return = fields.get("return") is not None
    items = tuple(_item(node, fields.problems) for node in fields.items("items"))
    document = Document(
        number=fields.text("return" if is_return else "transaction", "?"),
        purchased_at=now,
        items=items,
        type="return" if is_return else "sell",
        linked_number=fields.text("of", "?") if is_return else None,
        purchase_place=_optional(fields, "purchase_place"),
        channel=_optional(fields, "channel"),
        labels=_labels(fields.get("labels"), fields.problems),
    )
    if items:
        for fault in faults_of(document, program.event_types["transaction"]):
            message = f"production would refuse it: {shown(fault.message)}"
            fields.problems.add(fields.node.place_of(fault.path), "refused-event", message)
    return document


def _item(node: Node, problems: Problems) -> Item:
    fields = MapReader(node, problems, ITEM)
    sku = fields.text("sku", "?")
    quantity = fields.amount("quantity")
    return Item(
        sku=sku,
        name=fields.text("name", sku),
        category=fields.text("category", ""),
        gross=fields.amount("gross_value") or Decimal(0),
        quantity=Decimal(1) if quantity is None else quantity,
        maker=_optional(fields, "maker"),
        labels=_labels(fields.get("labels"), problems),
    )


def _optional(fields: MapReader, key: str) -> str | None:
    return None if fields.get(key) is None else fields.text(key, "")


def _labels(node: Node | None, problems: Problems) -> Mapping[str, Any]:
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        note_wrong_type(node, problems, "labels", "a map")
        return {}
    labels: Mapping[str, Any] = node.plain()
    return labels
