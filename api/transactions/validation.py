"""Validate reported transactions, as far as possible without the database."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from api.http.errors import BadInput, InputFault, faults_of_refusal
from api.http.requests import dotted_path
from api.transactions.schemas import Label, ReportedTransaction, TransactionCustomer, TransactionItem
from loyalty.calendar import read_date
from loyalty.members.identity import identity_of
from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from loyalty.refusals import Refusal
from loyalty.store.members import Identity
from loyalty.transactions.documents import Document, DocumentFault, Item, declared_labels, faults_of

_IN_HEADER = ("document_number", "purchase_place", "labels")


def validate_transaction(reported: ReportedTransaction, program: Program, *, path: str = "transaction") -> Document:
    """Return a document that fits the program's declarations for transactions; raise BadInput with every fault."""
    event_type = program.event_types["transaction"]
    header, faults = reported.header, list(_repeated_keys(reported, path))
    customer = (reported.customer_data or TransactionCustomer()).model_dump(by_alias=True, exclude_none=True)
    identity = Identity()
    try:
        identity = identity_of(customer)
    except Refusal as refusal:
        message = faults_of_refusal(refusal)[0]
        faults.append(InputFault(message.message, message.code, f"{path}.customerData.customerId"))
    try:
        purchased_at = read_date(header.purchased_at, program.zone)
    except ValueError as error:
        raise BadInput.of([*faults, InputFault(str(error), "invalidDate", f"{path}.header.purchasedAt")]) from None
    document = Document(
        number=header.document_number,
        purchased_at=purchased_at,
        items=tuple(_item(each, event_type) for each in reported.items),
        type=header.document_type,
        linked_number=header.linked_document_number,
        purchase_place=header.purchase_place,
        channel=reported.channel_id,
        labels=labels_of(header.labels, event_type, "labels"),
        customer_data=customer,
        identity=identity,
    )
    faults += [_fault(each, reported, path) for each in faults_of(document, event_type)]
    if faults:
        raise BadInput.of(faults)
    return document


def labels_of(labels: Sequence[Label] | None, event_type: EventType, *path: str) -> dict[str, Any]:
    """Return labels by key; texts become the numbers that the program declares at a path of the body."""
    return declared_labels({each.key: each.value for each in labels or ()}, event_type, *path)


def _item(reported: TransactionItem, event_type: EventType) -> Item:
    given = reported.high_precision_quantity
    quantity = given if given is not None else reported.quantity
    return Item(
        sku=reported.sku,
        name=reported.name,
        category=reported.category,
        gross=reported.gross_value,
        quantity=1 if quantity is None else quantity,
        maker=reported.maker,
        labels=labels_of(reported.labels, event_type, "items", "labels"),
    )


def _repeated_keys(reported: ReportedTransaction, path: str) -> Iterator[InputFault]:
    """Return the fault of each label with a duplicate key."""
    lists = [(f"{path}.header.labels", reported.header.labels)]
    lists += [(f"{path}.items.{number}.labels", item.labels) for number, item in enumerate(reported.items)]
    for where, labels in lists:
        known: set[str] = set()
        for number, label in enumerate(labels or ()):
            if label.key in known:
                message = "this key is given twice: a transaction or an item has one value of each"
                yield InputFault(message, "repeatedKey", f"{where}.{number}.key")
            known.add(label.key)


def _fault(fault: DocumentFault, reported: ReportedTransaction, path: str) -> InputFault:
    """Return a fault at its path in the request."""
    steps = list(fault.path)
    match steps:
        case ["items", int(number), "quantity", *_] if reported.items[number].high_precision_quantity is not None:
            steps = ["items", number, "high_precision_quantity"]
        case ["items", int(number), "labels", *_]:
            steps = ["items", number, "labels"]
        case ["channel", *_]:
            steps = ["channel_id"]
        case [str(field), *_] if field in _IN_HEADER:
            steps = ["header", field]
    where = dotted_path((path, *(to_camel(step) if isinstance(step, str) else step for step in steps)))
    return InputFault(fault.message, fault.code, where)
