"""Assign transactions to members, by hand or when the member registers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from loyalty.program.program import Program
from loyalty.store.members import Identity, Member
from loyalty.store.repositories import StoreRepositories
from loyalty.store.transactions import StoredTransaction
from loyalty.transactions.refusals import MoreThanSold
from loyalty.transactions.returned_lines import left_of


class AssigningWork(Protocol):
    """The unit of work in which transactions are assigned: an operation, or the step of an event."""

    @property
    def tx(self) -> StoreRepositories: ...
    @property
    def program(self) -> Program: ...
    @property
    def now(self) -> datetime: ...

    def new_event_id(self) -> str: ...

    def record(
        self, event_id: str, type_: str, member_id: str, body: Mapping[str, Any], *, time: datetime | None = None
    ) -> None:
        """Store an event at the end of its member's queue."""


def assign_and_record(work: AssigningWork, found: StoredTransaction, member_id: str) -> bool:
    """Assign a sale to a member, and append its event to the member's queue; return False if it has a member."""
    event_id = work.new_event_id()
    if not work.tx.transactions.assign(found.id, member_id, event_id, now=work.now):
        return False
    body = event_body(found.id, stored_content(found))
    work.record(event_id, "transaction", member_id, body, time=found.purchased_at)
    sale = work.tx.transactions.get(found.id)
    assert sale is not None, "it was assigned just now"
    join_returns(work, sale)
    return True


def join_returns(work: AssigningWork, sale: StoredTransaction) -> None:
    """Append the returns that waited for a sale, or for its member, to the member's queue.

    A return that does not fit the sale stays outside, and its due item gives the reason.
    """
    assert sale.member is not None, "returns join the queue of a member"
    joined: list[StoredTransaction] = []
    for each in work.tx.transactions.returns_of(sale.document_number):
        if each.member is None and not _fits(sale, [*joined, each]):
            continue
        joined.append(each)
        event_id = work.new_event_id()
        if each.member is None and work.tx.transactions.assign(each.id, sale.member, event_id, now=work.now):
            work.tx.due_items.clear_all(each.id)
            record_return(work, each, sale, event_id)


def _fits(sale: StoredTransaction, returns: list[StoredTransaction]) -> bool:
    """Return whether the returns are no more than the sale, and the last of them not before it."""
    try:
        left_of(sale.items, [each.items for each in returns])
    except MoreThanSold:
        return False
    return returns[-1].purchased_at >= sale.purchased_at


def record_return(work: AssigningWork, returned: StoredTransaction, sale: StoredTransaction, event_id: str) -> None:
    """Store the event of a return at the end of the queue of its sale's member."""
    assert sale.member is not None, "returns join the queue of a member"
    all_returns = work.tx.transactions.returns_of(sale.document_number)
    until_now = [each.items for each in all_returns if each.member is not None or each.id == returned.id]
    body = {
        **event_body(returned.id, stored_content(returned)),
        "sale": sale.id,
        "sale_document_number": sale.document_number,
        "whole": left_of(sale.items, until_now).is_nothing,
    }
    work.record(event_id, "transaction_returned", sale.member, body, time=returned.purchased_at)


def assign_unassigned(work: AssigningWork, member: Member) -> int:
    """Assign to a member, who is locked, the unassigned sales that name only them; return how many.

    The sales' numbers are locked: a concurrent return then finds its sale's member.
    """
    identity = Identity(member.id, member.email, member.phone, member.card)
    seen = work.tx.transactions.unassigned_sales(identity)
    work.tx.transactions.lock_numbers(each.document_number for each in seen)
    found = work.tx.transactions.unassigned_sales(identity) if seen else []
    return sum(_names_only(work, each, member.id) and assign_and_record(work, each, member.id) for each in found)


def _names_only(work: AssigningWork, found: StoredTransaction, member_id: str) -> bool:
    """Return whether every known part of the customer data belongs to the member."""
    data = found.customer_data
    identity = Identity(data.get("customerId"), data.get("email"), data.get("phone"), data.get("loyaltyCardNumber"))
    known = work.tx.members.identities_matching(identity.written(work.program.region))
    return [each.id for each in known] == [member_id]


def stored_content(found: StoredTransaction) -> dict[str, Any]:
    """Return the values of a stored transaction that rules read."""
    return {
        "document_number": found.document_number,
        "purchase_place": found.purchase_place,
        "channel": found.channel,
        "gross_value": sum((item["gross_value"] for item in found.items), 0),
        "labels": dict(found.labels),
        "items": [dict(item) for item in found.items],
    }


def event_body(transaction_id: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of the event `transaction`."""
    return {"transaction": transaction_id, **content}
