"""Determine the member of a document without storing it."""

from loyalty.members.registration import find_reported
from loyalty.store.repositories import StoreReaders
from loyalty.transactions.documents import Document
from loyalty.transactions.refusals import DocumentNumberReused, MissingSale, SaleMissing


def expected_member(tx: StoreReaders, document: Document, region: str | None) -> str | None:
    """Return the member in whose queue a document would be; None: it would wait for one.

    Raise DocumentNumberReused, MissingSale or SaleMissing.
    """
    known = tx.transactions.by_number(document.number)
    if known is not None:
        raise DocumentNumberReused(known.id)
    if document.type == "sell":
        return find_reported(tx, document.identity.written(region)) if document.identity else None
    if document.linked_number is None:
        raise MissingSale
    sale = tx.transactions.by_number(document.linked_number)
    if sale is None:
        raise SaleMissing(document.linked_number)
    return sale.member
