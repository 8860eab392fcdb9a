"""Transactions: what customers bought and returned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from database.analytics.moving import MovedFigures
from database.locks import document_lock
from database.pages import Condition, PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries, columns_of
from database.tables import customer_transaction, transaction_term
from loyalty.store.members import Identity
from loyalty.store.transactions import NewTransaction, StoredTransaction, TermField, terms_of

_KEY_COLUMNS = {"id": "customer_id", "email": "email_key", "phone": "phone_key", "card": "card"}
"""The columns that the parts of an identity are compared with."""

_SEARCHED = ("document_number", "name", "nip", "purchase_place", "channel", "purchased_at", "gross")
"""The columns of searches that few transactions may satisfy: each has an index."""


class TransactionQueries(Queries):
    """Reads the transactions of one store."""

    def get(self, transaction_id: str) -> StoredTransaction | None:
        """Return one transaction."""
        return self.find_one(StoredTransaction, customer_transaction, id=transaction_id)

    def by_number(self, document_number: str) -> StoredTransaction | None:
        """Return the transaction with a document number."""
        return self.find_one(StoredTransaction, customer_transaction, document_number=document_number)

    def of_event(self, event_id: str) -> StoredTransaction | None:
        """Return the transaction of an event."""
        return self.find_one(StoredTransaction, customer_transaction, event=event_id)

    def events_of(self, transaction_id: str) -> list[str]:
        """Return the event in a member's queue of a transaction, if it has one."""
        found = self.get(transaction_id)
        return [] if found is None or found.event is None else [found.event]

    def returns_of(self, document_number: str) -> list[StoredTransaction]:
        """Return the returns of a sale, in the order in which they were stored."""
        order = ("created_at", "id")
        return self.find_all(
            StoredTransaction, customer_transaction, order, linked_number=document_number, document_type="return"
        )

    def unassigned_sales(self, identity: Identity) -> list[StoredTransaction]:
        """Return the sales without a member that name any part of an identity, in the order of their purchases."""
        table = customer_transaction
        parts = [table.c[_KEY_COLUMNS[name]] == key for name, key in identity.keys.items()]
        if not parts:
            return []
        here = (table.c.store == self.store, table.c.member.is_(None), table.c.document_type == "sell", or_(*parts))
        wanted = select(*columns_of(StoredTransaction, table)).where(*here).order_by(table.c.purchased_at, table.c.id)
        return [StoredTransaction(*row) for row in self.connection.execute(wanted)]

    def page(self, page: PageRequest, terms: Sequence[tuple[TermField, str]] = ()) -> PageResult[StoredTransaction]:
        """Return a page of the transactions that have all of these terms, in the order in which they were stored."""
        term = transaction_term
        found = [
            select(term.c.transaction).where(
                term.c.store == self.store, term.c.field == field, term.c.value == value[:512]
            )
            for field, value in terms
        ]
        conditions = [*page.conditions, *(Condition("id", "in", each) for each in found)]
        return find_page(
            self.connection,
            StoredTransaction,
            customer_transaction,
            replace(page, conditions=conditions),
            within=customer_transaction.c.store == self.store,
            order_by=customer_transaction.c.created_at,
            indexed={name: self._has(name) for name in _SEARCHED},
        )

    def _has(self, name: str) -> ColumnElement[bool]:
        """Return the condition of the rows that the index of a column has."""
        return and_(customer_transaction.c.store == self.store, customer_transaction.c[name].is_not(None))


class Transactions(TransactionQueries, WriteQueries):
    """The transactions of one store."""

    def lock_numbers(self, document_numbers: Iterable[str]) -> None:
        """Lock document numbers until the transaction ends, in their order."""
        for number in sorted(set(document_numbers)):
            self.lock(document_lock(number))

    def add(self, new: NewTransaction, *, now: datetime) -> bool:
        """Store a transaction; return False if its document number is stored already."""
        row = _columns(new) | {
            "id": new.id,
            "document_number": new.document_number,
            "document_type": new.document_type,
            "linked_number": new.linked_number,
            "fingerprint": new.fingerprint,
            "reported_by": new.reported_by,
            "member": new.member,
            "event": new.event,
            "return_state": new.return_state,
            "assigned_at": None if new.member is None else now,
            "created_at": now,
        }
        if not self.insert_if_absent(customer_transaction, row):
            return False
        self._set_terms(new.id, new.items, new.labels)
        return True

    def assign(self, transaction_id: str, member_id: str, event_id: str, *, now: datetime) -> bool:
        """Assign a transaction to a member; return False if it has one."""
        table = customer_transaction
        free = (table.c.store == self.store, table.c.id == transaction_id, table.c.member.is_(None))
        joined = {"return_state": "joined"} if _is_return(self.get(transaction_id)) else {}
        values = {"member": member_id, "event": event_id, "assigned_at": now, **joined}
        changed = update(table).where(*free).values(values).returning(table.c.id)
        figures = MovedFigures(self.connection, self.store)
        is_test = figures.is_test(member_id)
        if is_test:
            figures.count_transaction(transaction_id)
        is_assigned = self.connection.execute(changed).first() is not None
        if is_test and is_assigned:
            figures.take_out_transaction(transaction_id)
        return is_assigned

    def replace(self, changed: NewTransaction) -> None:
        """Replace the content of a transaction; its id, member, event, state and fingerprint stay."""
        self.update(customer_transaction, {"id": changed.id}, **_columns(changed))
        self._set_terms(changed.id, changed.items, changed.labels)

    def set_labels(self, transaction_id: str, labels: Mapping[str, Any]) -> None:
        """Replace the labels of a transaction."""
        found = self.get(transaction_id)
        assert found is not None, "labels are set of a transaction that was found"
        self.update(customer_transaction, {"id": transaction_id}, labels=labels)
        self._set_terms(transaction_id, found.items, labels)

    def _set_terms(self, transaction_id: str, items: Sequence[Mapping[str, Any]], labels: Mapping[str, Any]) -> None:
        self.connection.execute(delete(transaction_term).where(transaction_term.c.transaction == transaction_id))
        rows = [
            {"transaction": transaction_id, "field": field, "value": value, "store": self.store}
            for field, value in sorted(terms_of(items, labels))
        ]
        if rows:
            self.connection.execute(transaction_term.insert(), rows)


def _columns(new: NewTransaction) -> dict[str, Any]:
    """Return the columns with the content of a transaction."""
    keys = new.identity.keys
    return {
        "purchased_at": new.purchased_at,
        "purchase_place": new.purchase_place,
        "channel": new.channel,
        "gross": new.gross,
        "customer_data": new.customer_data,
        **{column: keys.get(part) for part, column in _KEY_COLUMNS.items()},
        "name": new.customer_data.get("name"),
        "nip": new.customer_data.get("nip"),
        "items": new.items,
        "labels": new.labels,
    }


def _is_return(found: StoredTransaction | None) -> bool:
    return found is not None and found.is_return
