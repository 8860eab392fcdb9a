"""Sales and returns of the past, from the events that reported them."""

from datetime import datetime
from decimal import Decimal

from loyalty.program.wallets import to_points
from loyalty.store.history import ReplayedEvent
from loyalty.store.members import Identity
from loyalty.store.memory.store import InMemoryStore
from loyalty.store.transactions import NewTransaction
from loyalty.transactions.counting import SOLD
from loyalty.transactions.taking_back import RETURNED

DOCUMENTS = frozenset({SOLD, RETURNED})
"""The types of the events that report them."""


def store_document(store: InMemoryStore, event: ReplayedEvent, *, now: datetime) -> None:
    """Store the sale or the return that an event reports, unless its member returns nothing."""
    if not store.members_by_id[event.member].keeps_history:
        return
    body, is_return = event.body, event.type == RETURNED
    gross = sum((Decimal(each["gross_value"]) for each in body["items"]), Decimal(0))
    new = NewTransaction(
        body["transaction"],
        body["document_number"],
        "return" if is_return else "sell",
        body["sale_document_number"] if is_return else None,
        "",
        event.time,
        body["purchase_place"],
        body["channel"],
        to_points(gross),
        {},
        Identity(event.member),
        body["items"],
        body["labels"],
        event.id,
        event.member,
        event.id,
        "joined" if is_return else None,
    )
    store.transactions.add(new, now=now)
