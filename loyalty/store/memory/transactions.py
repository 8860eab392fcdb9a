"""The transactions of an in-memory store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.store.members import Identity
from loyalty.store.transactions import NewTransaction, ReturnState, StoredTransaction


class InMemoryTransactions:
    """Transactions by id, in the order in which they were stored."""

    __slots__ = ("_by_id", "_identities", "_ids", "_ids_of_events", "_returns")

    def __init__(self) -> None:
        self._by_id: dict[str, StoredTransaction] = {}
        self._ids: dict[str, str] = {}
        """By document number."""
        self._ids_of_events: dict[str, str] = {}
        self._returns: dict[str, list[str]] = {}
        """By the document number of their sale."""
        self._identities: dict[str, Identity] = {}

    def get(self, transaction_id: str) -> StoredTransaction | None:
        return self._by_id.get(transaction_id)

    def by_number(self, document_number: str) -> StoredTransaction | None:
        found = self._ids.get(document_number)
        return None if found is None else self._by_id[found]

    def of_event(self, event_id: str) -> StoredTransaction | None:
        found = self._ids_of_events.get(event_id)
        return None if found is None else self._by_id[found]

    def returns_of(self, document_number: str) -> Sequence[StoredTransaction]:
        return [self._by_id[each] for each in self._returns.get(document_number, ())]

    def sales_of(self, member_id: str) -> Sequence[StoredTransaction]:
        found = [each for each in self._by_id.values() if each.member == member_id and not each.is_return]
        return sorted(found, key=lambda each: (each.purchased_at, each.id))

    def unassigned_sales(self, identity: Identity) -> Sequence[StoredTransaction]:
        wanted = identity.keys.items()
        free = [each for each in self._by_id.values() if each.member is None and not each.is_return]
        found = [each for each in free if wanted & self._identities[each.id].keys.items()]
        return sorted(found, key=lambda each: (each.purchased_at, each.id))

    def lock_numbers(self, document_numbers: Iterable[str]) -> None:
        """Lock nothing, since there is no concurrency."""

    def add(self, new: NewTransaction, *, now: datetime) -> bool:
        if new.document_number in self._ids:
            return False
        self._identities[new.id] = new.identity
        self.load(
            [
                StoredTransaction(
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
            ]
        )
        return True

    def load(self, earlier: Sequence[StoredTransaction]) -> None:
        """Load past transactions, in the order in which they were stored."""
        for each in earlier:
            self._by_id[each.id] = each
            self._ids[each.document_number] = each.id
            if each.event is not None:
                self._ids_of_events[each.event] = each.id
            if each.is_return and each.linked_number is not None:
                self._returns.setdefault(each.linked_number, []).append(each.id)

    def unload(self, transactions: Sequence[StoredTransaction]) -> None:
        """Remove transactions, with all returns of the sales among them."""
        for each in transactions:
            del self._by_id[each.id], self._ids[each.document_number]
            self._ids_of_events.pop(each.event or "", None)
            self._returns.pop(each.document_number, None)
            self._identities.pop(each.id, None)

    def assign(self, transaction_id: str, member_id: str, event_id: str, *, now: datetime) -> bool:
        found = self._by_id[transaction_id]
        if found.member is not None:
            return False
        state: ReturnState | None = "joined" if found.is_return else None
        self._ids_of_events[event_id] = transaction_id
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
