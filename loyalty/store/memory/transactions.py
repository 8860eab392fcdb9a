"""The transactions of a store that is kept in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.store.members import Identity
from loyalty.store.transactions import NewTransaction, ReturnState, StoredTransaction


class InMemoryTransactions:
    """Transactions by their ids, in the order in which they were stored."""

    __slots__ = ("_by_id", "_identities", "_ids")

    def __init__(self) -> None:
        self._by_id: dict[str, StoredTransaction] = {}
        self._ids: dict[str, str] = {}
        """By document number."""
        self._identities: dict[str, Identity] = {}

    def get(self, transaction_id: str) -> StoredTransaction | None:
        return self._by_id.get(transaction_id)

    def by_number(self, document_number: str) -> StoredTransaction | None:
        found = self._ids.get(document_number)
        return None if found is None else self._by_id[found]

    def of_event(self, event_id: str) -> StoredTransaction | None:
        return next((each for each in self._by_id.values() if each.event == event_id), None)

    def returns_of(self, document_number: str) -> Sequence[StoredTransaction]:
        return [each for each in self._by_id.values() if each.linked_number == document_number]

    def sales_of(self, member_id: str) -> Sequence[StoredTransaction]:
        found = [each for each in self._by_id.values() if each.member == member_id and not each.is_return]
        return sorted(found, key=lambda each: (each.purchased_at, each.id))

    def unassigned_sales(self, identity: Identity) -> Sequence[StoredTransaction]:
        wanted = identity.keys.items()
        free = [each for each in self._by_id.values() if each.member is None and not each.is_return]
        found = [each for each in free if wanted & self._identities[each.id].keys.items()]
        return sorted(found, key=lambda each: (each.purchased_at, each.id))

    def lock_numbers(self, document_numbers: Iterable[str]) -> None:
        """Lock nothing, since nothing runs at the same time."""

    def add(self, new: NewTransaction, *, now: datetime) -> bool:
        if new.document_number in self._ids:
            return False
        self._ids[new.document_number] = new.id
        self._identities[new.id] = new.identity
        self._by_id[new.id] = StoredTransaction(
            new.id,
            new.document_number,
            new.document_type,
            new.linked_number,
            new.fingerprint,
            new.purchased_at,
            new.purchase_place,
            new.channel,
            new.gross,
            new.customer_data,
            new.items,
            new.labels,
            new.member,
            new.event,
            new.return_state,
            None if new.member is None else now,
            now,
            new.reported_by,
        )
        return True

    def assign(self, transaction_id: str, member_id: str, event_id: str, *, now: datetime) -> bool:
        found = self._by_id[transaction_id]
        if found.member is not None:
            return False
        state: ReturnState | None = "joined" if found.is_return else None
        self._by_id[transaction_id] = replace(
            found, member=member_id, event=event_id, assigned_at=now, return_state=state
        )
        return True

    def replace(self, changed: NewTransaction) -> None:
        self._identities[changed.id] = changed.identity
        self._by_id[changed.id] = replace(
            self._by_id[changed.id],
            purchased_at=changed.purchased_at,
            purchase_place=changed.purchase_place,
            channel=changed.channel,
            gross=changed.gross,
            customer_data=changed.customer_data,
            items=changed.items,
            labels=changed.labels,
        )

    def set_labels(self, transaction_id: str, labels: Mapping[str, Any]) -> None:
        self._by_id[transaction_id] = replace(self._by_id[transaction_id], labels=labels)
