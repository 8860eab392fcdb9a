"""Transactions: what customers bought and returned, and their repository."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias

from loyalty.program.wallets import Points
from loyalty.store.members import Identity
from rules.frozen import frozen_at_type_check

DocumentType: TypeAlias = Literal["sell", "return"]

ReturnState: TypeAlias = Literal["waiting", "joined"]
"""`waiting`: the sale is unknown, or has no member yet; `joined`: the return is, or was, in the queue of its member."""

TermField: TypeAlias = Literal["label", "item_label", "category", "sku", "maker"]
"""What transactions are searched by, besides their columns. A label is indexed as `key` and as `key;value`."""


@frozen_at_type_check
class NewTransaction:
    """A transaction to store. Amounts are in millionths, items as rules see them."""

    id: str
    document_number: str
    document_type: DocumentType
    linked_number: str | None
    """The document number of the sale that is returned."""
    fingerprint: str
    purchased_at: datetime
    purchase_place: str | None
    channel: str | None
    gross: Points
    """In millionths of the store's currency."""
    customer_data: Mapping[str, Any]
    identity: Identity
    items: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Any]
    reported_by: str
    """The event that reports that it was stored; the event in the member's queue, if the member is known at once."""
    member: str | None = None
    event: str | None = None
    """The event in the member's queue; None: there is no member yet."""
    return_state: ReturnState | None = None


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """A transaction as it is stored. Instants are aware UTC."""

    id: str
    document_number: str
    document_type: DocumentType
    linked_number: str | None
    fingerprint: str
    purchased_at: datetime
    purchase_place: str | None
    channel: str | None
    gross: Points
    customer_data: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Any]
    member: str | None
    event: str | None
    return_state: ReturnState | None
    assigned_at: datetime | None
    """When it got its member."""
    created_at: datetime
    reported_by: str
    """The event that reports that it was stored."""

    @property
    def is_return(self) -> bool:
        """Whether it is a return."""
        return self.document_type == "return"

    @property
    def was_assigned_at_once(self) -> bool:
        """Whether its member was known when it was stored."""
        return self.event == self.reported_by


class TransactionReader(Protocol):
    """Reads transactions of a store."""

    def get(self, transaction_id: str) -> StoredTransaction | None:
        """Return one transaction."""

    def by_number(self, document_number: str) -> StoredTransaction | None:
        """Return the transaction with a document number."""

    def of_event(self, event_id: str) -> StoredTransaction | None:
        """Return the transaction of an event."""

    def returns_of(self, document_number: str) -> Sequence[StoredTransaction]:
        """Return the returns of a sale, in the order in which they were stored."""

    def unassigned_sales(self, identity: Identity) -> Sequence[StoredTransaction]:
        """Return the sales without a member that name any part of an identity, in the order of their purchases."""


class TransactionRepository(TransactionReader, Protocol):
    """Transactions of a store."""

    def lock_numbers(self, document_numbers: Iterable[str]) -> None:
        """Lock document numbers until the unit of work ends, so that no other stores or assigns their transactions."""

    def add(self, new: NewTransaction, *, now: datetime) -> bool:
        """Store a transaction; return False if its document number is stored already."""

    def assign(self, transaction_id: str, member_id: str, event_id: str, *, now: datetime) -> bool:
        """Assign a transaction to a member; return False if it has one."""

    def replace(self, changed: NewTransaction) -> None:
        """Replace the content of a transaction; its id, member, event, state and fingerprint stay."""

    def set_labels(self, transaction_id: str, labels: Mapping[str, Any]) -> None:
        """Replace the labels of a transaction."""


def terms_of(items: Sequence[Mapping[str, Any]], labels: Mapping[str, Any]) -> set[tuple[TermField, str]]:
    """Return the search terms of a transaction; of a long text, the beginning."""
    found: set[tuple[TermField, str]] = {("label", term) for term in _label_terms(labels)}
    for item in items:
        found |= {("item_label", term) for term in _label_terms(item["labels"])}
        found |= {("sku", item["sku"]), ("category", item["category"])}
        if item["maker"] is not None:
            found.add(("maker", item["maker"]))
    return found


def _label_terms(labels: Mapping[str, Any]) -> Iterable[str]:
    for key, value in labels.items():
        yield key
        yield f"{key};{value}"[:512]
