"""Operations on transactions: store, assign, change. Each is refused, or done completely.

A sale whose member is known joins that member's queue as the event `transaction`; a sale without a known member joins
the queue when it is assigned. Locks are taken in the order identity, member, documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from loyalty.calendar import Duration
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.members.registration import find_reported
from loyalty.references import NOBODY
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.members import Identity
from loyalty.store.transactions import NewTransaction, StoredTransaction
from loyalty.transactions.assigning import assign_and_record, event_body, join_returns, record_return
from loyalty.transactions.documents import Document
from loyalty.transactions.refusals import (
    AlreadyAssigned,
    AlreadyDecided,
    AnothersSale,
    DocumentNumberReused,
    FollowsItsSale,
    MissingSale,
    NotASale,
    ReturnBeforeSale,
    UnknownDocument,
)
from loyalty.transactions.returned_lines import left_of

WAITS_FOR_SALE: Final = Duration(days=7)
"""How long a return waits for its sale before it is set aside."""


@dataclass(frozen=True, slots=True)
class AssignedTransaction:
    """A transaction and its member."""

    transaction: str
    member: str


def register_transaction(operation: OperationContext, document: Document) -> str:
    """Store a document once, with or without a member; return the id of the transaction.

    Raise MemberInactive, ConcurrentInsert or a TransactionRefusal.
    """
    document = replace(document, identity=document.identity.written(operation.program.region))
    repeated = _repetition(operation, document)
    if repeated is not None:
        return repeated
    return _register_sale(operation, document) if document.type == "sell" else _register_return(operation, document)


def assign_transaction(operation: OperationContext, document_number: str, member_id: str) -> AssignedTransaction:
    """Assign a sale to a member; idempotent.

    Raise UnknownDocument, FollowsItsSale, AlreadyAssigned or MemberInactive.
    """
    operation.lock_members(member_id)
    operation.tx.transactions.lock_numbers([document_number])
    found = operation.tx.transactions.by_number(document_number)
    if found is None:
        raise UnknownDocument(document_number)
    if found.is_return:
        raise FollowsItsSale(found.linked_number or "")
    if found.member not in (None, member_id):
        raise AlreadyAssigned(found.member)
    if found.member is None:
        operation.require_active(member_id)
    if found.member is None and not assign_and_record(operation, found, member_id):
        raise ConcurrentInsert("member of a transaction")
    return AssignedTransaction(found.id, member_id)


def change_transaction(operation: OperationContext, transaction_id: str, document: Document) -> None:
    """Change the content of a transaction.

    If it has a member, only the details of the customer change. If it identifies a member now, it is assigned. Raise
    AlreadyDecided, and what `register_transaction` raises.
    """
    document = replace(document, identity=document.identity.written(operation.program.region))
    found = _found(operation, transaction_id)
    member_id = found.member or _member_of(operation, document.identity)
    if member_id is not None:
        operation.lock_members(member_id)
    operation.tx.transactions.lock_numbers([found.document_number])
    now = _found(operation, transaction_id)
    if now.member != found.member:
        raise ConcurrentInsert("member of a transaction")
    _require_changeable(found, document)
    operation.tx.transactions.replace(_new(document, found.id, found.reported_by, fingerprint=found.fingerprint))
    if found.member is None and member_id is not None and not found.is_return:
        assign_and_record(operation, _found(operation, transaction_id), member_id)


def set_labels(operation: OperationContext, transaction_id: str, labels: Mapping[str, Any]) -> None:
    """Add labels to a transaction, or replace their values; decisions stay."""
    _change_labels(operation, transaction_id, add=labels, remove=())


def remove_labels(operation: OperationContext, transaction_id: str, keys: tuple[str, ...]) -> None:
    """Remove the labels of these keys from a transaction."""
    _change_labels(operation, transaction_id, add={}, remove=keys)


def _change_labels(
    operation: OperationContext, transaction_id: str, *, add: Mapping[str, Any], remove: tuple[str, ...]
) -> None:
    operation.tx.transactions.lock_numbers([_found(operation, transaction_id).document_number])
    labels = {**_found(operation, transaction_id).labels, **add}
    left = {key: value for key, value in labels.items() if key not in remove}
    operation.tx.transactions.set_labels(transaction_id, left)


def _register_sale(operation: OperationContext, document: Document) -> str:
    member_id = _member_of(operation, document.identity)
    if member_id is not None:
        operation.lock_members(member_id)
    operation.tx.transactions.lock_numbers([document.number])
    repeated = _repetition(operation, document)
    if repeated is not None:
        return repeated
    if member_id is not None:
        operation.require_active(member_id)
    new = _new(document, new_id(), operation.new_event_id(), member=member_id)
    _store(operation, document, new)
    if member_id is not None:
        join_returns(operation, _found(operation, new.id))
    return new.id


def _register_return(operation: OperationContext, document: Document) -> str:
    """Store a return once; it joins the queue of its sale's member, or waits for the sale, or for its member."""
    number = document.linked_number
    if number is None:
        raise MissingSale
    if number == document.number:
        raise NotASale(number)
    seen = operation.tx.transactions.by_number(number)
    member_id = None if seen is None else seen.member
    if member_id is not None:
        operation.lock_members(member_id)
    operation.tx.transactions.lock_numbers([document.number, number])
    sale = operation.tx.transactions.by_number(number)
    if (None if sale is None else sale.member) != member_id:
        raise ConcurrentInsert("sale of a return")
    repeated = _repetition(operation, document)
    if repeated is not None:
        return repeated
    if sale is not None:
        _require_of(operation, sale, document)
    new = _new(document, new_id(), operation.new_event_id(), member=member_id)
    if sale is not None and member_id is not None:
        if not operation.tx.transactions.add(new, now=operation.now):
            raise ConcurrentInsert("transaction")
        record_return(operation, _found(operation, new.id), sale, new.reported_by)
        return new.id
    _store(operation, document, new)
    if sale is None:
        missed_at = WAITS_FOR_SALE.after(operation.now, operation.program.zone)
        operation.tx.due_items.set(new.id, "return_missed", missed_at, member=None)
    return new.id


def _require_of(operation: OperationContext, sale: StoredTransaction, document: Document) -> None:
    """Raise a refusal for a return that cannot belong to a sale."""
    if sale.is_return:
        raise NotASale(sale.document_number)
    if document.purchased_at < sale.purchased_at:
        raise ReturnBeforeSale(sale.purchased_at)
    named = find_reported(operation.tx, document.identity) if document.identity else None
    if named is not None and sale.member not in (None, named):
        raise AnothersSale
    earlier = operation.tx.transactions.returns_of(sale.document_number)
    left_of(sale.items, [*(each.items for each in earlier), [item.as_body() for item in document.items]])


def _store(operation: OperationContext, document: Document, new: NewTransaction) -> None:
    """Store a transaction with the event that reports it: in its member's queue, or outside of any."""
    if not operation.tx.transactions.add(new, now=operation.now):
        raise ConcurrentInsert("transaction")
    if new.member is None:
        body = {"transaction": new.id, "document_number": new.document_number}
        operation.record(new.reported_by, "transaction_registered", NOBODY, body)
        return
    body = event_body(new.id, document.content())
    operation.record(new.reported_by, "transaction", new.member, body, time=document.purchased_at)


def _member_of(operation: OperationContext, identity: Identity) -> str | None:
    """Return the member with an identity; if there is none, prevent their registration until this is stored."""
    if not identity:
        return None
    found = find_reported(operation.tx, identity)
    if found is None:
        operation.tx.members.lock_identity(identity)
        found = find_reported(operation.tx, identity)
    return found


def _repetition(operation: OperationContext, document: Document) -> str | None:
    """Return the id of the transaction with the same document; raise DocumentNumberReused."""
    known = operation.tx.transactions.by_number(document.number)
    if known is None:
        return None
    if known.fingerprint != document.fingerprint():
        raise DocumentNumberReused(known.id)
    return known.id


def _new(
    document: Document,
    transaction_id: str,
    event_id: str,
    *,
    member: str | None = None,
    fingerprint: str = "",
) -> NewTransaction:
    return NewTransaction(
        transaction_id,
        document.number,
        document.type,
        document.linked_number,
        fingerprint or document.fingerprint(),
        document.purchased_at,
        document.purchase_place,
        document.channel,
        document.gross_points,
        document.customer_data,
        document.identity,
        [item.as_body() for item in document.items],
        document.labels,
        event_id,
        member,
        None if member is None else event_id,
        None if document.type == "sell" else "waiting" if member is None else "joined",
    )


def _require_changeable(found: StoredTransaction, document: Document) -> None:
    """Raise AlreadyDecided for a change of what identifies a transaction, or of what rules have read."""
    fixed: dict[str, tuple[Any, Any]] = {
        "header.documentNumber": (found.document_number, document.number),
        "header.documentType": (found.document_type, document.type),
        "header.linkedDocumentNumber": (found.linked_number, document.linked_number),
    }
    if found.member is not None or found.is_return:
        fixed |= {
            "header.purchasedAt": (found.purchased_at, document.purchased_at),
            "header.purchasePlace": (found.purchase_place, document.purchase_place),
            "header.labels": (dict(found.labels), dict(document.labels)),
            "channelId": (found.channel, document.channel),
            "items": ([*found.items], [item.as_body() for item in document.items]),
        }
    for field, (stored, asked) in fixed.items():
        if stored != asked:
            raise AlreadyDecided(field)


def _found(operation: OperationContext, transaction_id: str) -> StoredTransaction:
    found = operation.tx.transactions.get(transaction_id)
    if found is None:
        raise UnknownDocument(transaction_id)
    return found
