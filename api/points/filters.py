"""The filters of lists of transfers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, get_args

from api.http.paging import Filter, FilterType, ListQuery
from database import ReadTransaction
from database.pages import Condition, PageRequest, PageResult
from database.transfer_pages import CHANGING, ListedTransfer, find_transfers
from loyalty.members.identity import identity_of
from loyalty.points.messages import TYPES
from loyalty.program.program import Program
from loyalty.program.wallets import MAX_POINTS, to_points
from loyalty.store.points import TransferKind

_OWN: Final[dict[str, FilterType]] = {
    "type": "exact_text",
    "kind": "exact_text",
    "value": "number",
    "comment": "text",
    "createdBy": "text",
    "cancelled": "boolean",
    "pending": "boolean",
    "createdAt": "instant",
    "lockedUntil": "instant",
    "expiresAt": "instant",
    "walletType:code": "exact_text",
}
MEMBER_QUERY = ListQuery(_OWN, key=(datetime, str, int))
LIST_QUERY = ListQuery(
    {
        "transferId": "exact_text",
        "externalTransferId": "exact_text",
        "relatedTransferId": "exact_text",
        "accountId": "exact_text",
        "walletId": "exact_text",
        "registeredOn": "instant",
        "actionCause:transactionId": "exact_text",
        "actionCause:campaignId": "exact_text",
        "actionCause:customEventId": "exact_text",
        "actionCause:internalEventName": "exact_text",
        "member:id": "exact_text",
        "member:email": "exact_text",
        "member:phoneNumber": "exact_text",
        "member:loyaltyCardNumber": "exact_text",
        "test": "boolean",
        **_OWN,
    },
    key=(datetime, str, int),
)

_COLUMNS = {
    "walletId": "accountId",
    "registeredOn": "createdAt",
    "createdBy": "source",
    "walletType:code": "wallet",
    "actionCause:customEventId": "event",
    "actionCause:internalEventName": "eventType",
}
"""The names of conditions that differ from those of the filters."""

_IDENTITIES = {
    "member:email": "email",
    "member:phoneNumber": "phone",
    "member:loyaltyCardNumber": "loyaltyCardNumber",
}
_IDS = {"transferId", "relatedTransferId", "accountId", "walletId", "actionCause:customEventId"}

_ALL: Final[Sequence[TransferKind]] = get_args(TransferKind)
_SHOWN: Final = [kind for kind in _ALL if kind not in CHANGING]


def filtered_transfers(
    tx: ReadTransaction, program: Program, page: PageRequest, filters: Sequence[Filter], *, member_id: str | None = None
) -> PageResult[ListedTransfer]:
    """Return a page of the transfers that match the filters, of one member or of all.

    Those that change another transfer are omitted, unless a filter asks for a kind or for one transfer.
    """
    conditions = [_condition(tx, program, each) for each in filters]
    if member_id is not None:
        conditions.append(Condition("member", "eq", member_id))
    asks = {each.field for each in filters} & {"kind", "transferId", "relatedTransferId"}
    request = replace(page, conditions=conditions)
    return find_transfers(tx, request, kinds=_ALL if asks else _SHOWN)


def _condition(tx: ReadTransaction, program: Program, one: Filter) -> Condition:
    """Return a filter as a condition; types, members and campaigns are looked up first."""
    match one.field:
        case "type":
            return Condition("kind", "in", [kind for kind in _SHOWN if TYPES[kind] == one.value])
        case "member:email" | "member:phoneNumber" | "member:loyaltyCardNumber" as field:
            identity = identity_of({_IDENTITIES[field]: str(one.value)}).written(program.region)
            return Condition("member", "in", [each.id for each in tx.members.identities_matching(identity)])
        case "member:id":
            return Condition("member", "eq", tx.members.leads_to(str(one.value).lower()))
        case "actionCause:campaignId":
            return Condition("source", "in", _sources(program, str(one.value).lower()))
        case "actionCause:transactionId":
            return Condition("event", "in", tx.transactions.events_of(str(one.value).lower()))
        case "value":
            return Condition("value", one.operator, as_points(one.value))
        case field if field in _IDS:
            return Condition(_COLUMNS.get(field, field), one.operator, str(one.value).lower())
        case field:
            return one.on(_COLUMNS.get(field, field))


def _sources(program: Program, campaign_id: str) -> list[str]:
    """Return the reactor or achievement with this id, as sources of transfers name it."""
    names = [("reactor", each.name) for each in program.reactors]
    names += [("achievement", each.name) for each in program.achievements]
    return [f"{kind}/{name}" for kind, name in names if program.id_of(kind, name) == campaign_id]


def as_points(value: Any) -> int | Decimal:
    """Return the number of a filter in millionths, within what every database compares."""
    assert isinstance(value, Decimal), "a filter by a number has one"
    return max(-MAX_POINTS, min(MAX_POINTS, to_points(value)))
