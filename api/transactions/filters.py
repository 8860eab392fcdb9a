"""The filters of the list of transactions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from api.http.paging import Filter, ListQuery
from api.http.places import BY_DATE
from database import ReadTransaction
from database.pages import Condition, PageRequest, PageResult
from loyalty.members.identity import identity_of
from loyalty.program.program import Program
from loyalty.program.wallets import MAX_POINTS, to_points
from loyalty.refusals import Refusal
from loyalty.store.members import Identity
from loyalty.store.transactions import StoredTransaction, TermField

LIST_QUERY = ListQuery(
    {
        "transactionId": "exact_text",
        "customerData:customerId": "exact_text",
        "customerData:loyaltyCardNumber": "exact_text",
        "customerData:name": "text",
        "customerData:email": "exact_text",
        "customerData:phone": "exact_text",
        "customerData:nip": "exact_text",
        "customerId": "exact_text",
        "header:documentType": "exact_text",
        "header:documentNumber": "identifier",
        "header:linkedDocumentNumber": "exact_text",
        "header:purchasePlace": "text",
        "channelId": "exact_text",
        "header:purchasedAt": "instant",
        "grossValue": "number",
        "matched": "boolean",
        "header:labels": "exact_text",
        "items:labels": "exact_text",
        "items:category": "exact_text",
        "items:sku": "exact_text",
        "items:maker": "exact_text",
        "createdAt": "instant",
    },
    key=BY_DATE,
)

_COLUMNS: Final = {
    "transactionId": "id",
    "customerData:customerId": "customer_id",
    "customerData:name": "name",
    "customerData:nip": "nip",
    "header:documentType": "document_type",
    "header:documentNumber": "document_number",
    "header:linkedDocumentNumber": "linked_number",
    "header:purchasePlace": "purchase_place",
    "channelId": "channel",
    "header:purchasedAt": "purchased_at",
    "createdAt": "created_at",
}
_IDENTITIES: Final = {
    "customerData:loyaltyCardNumber": ("loyaltyCardNumber", "card", "card"),
    "customerData:email": ("email", "email", "email_key"),
    "customerData:phone": ("phone", "phone", "phone_key"),
}
"""The part of an identity for each filter: its name in requests, in identities, and its column."""
_TERMS: Mapping[str, TermField] = {
    "header:labels": "label",
    "items:labels": "item_label",
    "items:category": "category",
    "items:sku": "sku",
    "items:maker": "maker",
}
_IDS: Final = {"transactionId", "customerData:customerId"}


def find_transactions(
    tx: ReadTransaction, page: PageRequest, filters: Sequence[Filter], program: Program
) -> PageResult[StoredTransaction]:
    """Return a page of the transactions that match the filters. A label is named by its `key`, or as `key;value`."""
    terms = [(_TERMS[each.field], str(each.value)) for each in filters if each.field in _TERMS]
    conditions = [_condition(tx, each, program) for each in filters if each.field not in _TERMS]
    return tx.transactions.page(replace(page, conditions=conditions), terms)


def _condition(tx: ReadTransaction, one: Filter, program: Program) -> Condition:
    match one.field:
        case field if field in _IDENTITIES:
            name, part, column = _IDENTITIES[field]
            return Condition(column, "eq", _identity({name: str(one.value)}).written(program.region).keys.get(part))
        case "customerId":
            return Condition("member", "eq", tx.members.leads_to(str(one.value).lower()))
        case "matched":
            return Condition("member", "is_given", one.value)
        case "grossValue":
            assert isinstance(one.value, Decimal), "a filter by a number has one"
            bounded = max(-MAX_POINTS, min(MAX_POINTS, to_points(one.value)))
            return Condition("gross", one.operator, bounded)
        case field if field in _IDS:
            return Condition(_COLUMNS[field], one.operator, str(one.value).lower())
        case field:
            return one.on(_COLUMNS[field])


def _identity(customer_data: Mapping[str, str]) -> Identity:
    """Return the identity of a filter; an empty one if the text contains none."""
    try:
        return identity_of(customer_data)
    except Refusal:
        return Identity()
