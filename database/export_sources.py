"""The sources of exports by type: table, order, columns and filters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Table

from database.tables import coupon_code, customer_transaction, event, issued_reward, member, transfer
from loyalty.events.builtin_events import BUILT_IN
from loyalty.imports.documents import items_as_sent, labels_as_sent
from loyalty.store.exports import ExportType

FilterKind: TypeAlias = Literal["exact_text", "text", "instant", "boolean", "number"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a file: from a column of the table, or from a field within its JSON. `points`: in millionths.

    `as_sent`: returns the value as requests and imports have it.
    """

    column: ColumnElement[Any]
    within: tuple[str, ...] = ()
    points: bool = False
    as_sent: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class ExportSource:
    """The rows of one type, the oldest first."""

    table: Table
    dated: ColumnElement[Any]
    cells: Mapping[str, Cell]
    filters: Mapping[str, tuple[FilterKind, ColumnElement[Any]]]
    within: ColumnElement[bool] | None = None
    """The condition on the rows of the table; None: all of the store."""
    lowered: frozenset[str] = frozenset()
    """Filters whose column is in lower case."""


_PROFILE = ("firstName", "lastName", "gender", "birthDate")
_ADDRESS = ("street", "address1", "address2", "postal", "city", "province", "country")

SOURCES: Mapping[ExportType, ExportSource] = {
    "member": ExportSource(
        member,
        member.c.created_at,
        {
            "customerId": Cell(member.c.id),
            "email": Cell(member.c.email),
            "phone": Cell(member.c.phone),
            "loyaltyCardNumber": Cell(member.c.card),
            **{name: Cell(member.c.profile, (name,)) for name in _PROFILE},
            "registeredAt": Cell(member.c.registered_at),
            "createdAt": Cell(member.c.created_at),
            "active": Cell(member.c.active),
            "levelId": Cell(member.c.tier),
            **{f"address.{name}": Cell(member.c.profile, ("address", name)) for name in _ADDRESS},
            "company.name": Cell(member.c.profile, ("company", "name")),
            "company.nip": Cell(member.c.profile, ("company", "nip")),
            **{f"agreement{number}": Cell(member.c.profile, (f"agreement{number}",)) for number in (1, 2, 3)},
            "labels": Cell(member.c.profile, ("labels",)),
            "attributes": Cell(member.c.attributes),
            "test": Cell(member.c.is_test),
        },
        {
            "customerId": ("exact_text", member.c.id),
            "email": ("text", member.c.email_key),
            "phone": ("text", member.c.phone_key),
            "loyaltyCardNumber": ("text", member.c.card),
            "active": ("boolean", member.c.active),
            "levelId": ("exact_text", member.c.tier),
            "createdAt": ("instant", member.c.created_at),
            "registeredAt": ("instant", member.c.registered_at),
        },
        within=member.c.merged_into.is_(None),
        lowered=frozenset({"customerId", "email", "phone"}),
    ),
    "unitTransfer": ExportSource(
        transfer,
        transfer.c.at,
        {
            "transferId": Cell(transfer.c.id),
            "customerId": Cell(transfer.c.member),
            "number": Cell(transfer.c.number),
            "walletCode": Cell(transfer.c.wallet),
            "kind": Cell(transfer.c.kind),
            "value": Cell(transfer.c.points, points=True),
            "balance": Cell(transfer.c.balance, points=True),
            "comment": Cell(transfer.c.comment),
            "createdBy": Cell(transfer.c.source),
            "createdAt": Cell(transfer.c.at),
            "relatedTransferId": Cell(transfer.c.related),
            "externalTransferId": Cell(transfer.c.external_id),
            "eventId": Cell(transfer.c.event),
        },
        {
            "transferId": ("exact_text", transfer.c.id),
            "externalTransferId": ("exact_text", transfer.c.external_id),
            "relatedTransferId": ("exact_text", transfer.c.related),
            "accountId": ("exact_text", transfer.c.account),
            "walletId": ("exact_text", transfer.c.account),
            "customerId": ("exact_text", transfer.c.member),
            "member:id": ("exact_text", transfer.c.member),
            "eventId": ("exact_text", transfer.c.event),
            "actionCause:customEventId": ("exact_text", transfer.c.event),
            "walletCode": ("exact_text", transfer.c.wallet),
            "walletType:code": ("exact_text", transfer.c.wallet),
            "kind": ("exact_text", transfer.c.kind),
            "value": ("number", transfer.c.points),
            "comment": ("text", transfer.c.comment),
            "createdBy": ("text", transfer.c.source),
            "createdAt": ("instant", transfer.c.at),
            "registeredOn": ("instant", transfer.c.at),
        },
        lowered=frozenset(
            {
                "transferId",
                "relatedTransferId",
                "accountId",
                "walletId",
                "customerId",
                "member:id",
                "eventId",
                "actionCause:customEventId",
            }
        ),
    ),
    "customEvent": ExportSource(
        event,
        event.c.received_at,
        {
            "customEventId": Cell(event.c.id),
            "type": Cell(event.c.type),
            "customerId": Cell(event.c.member),
            "eventId": Cell(event.c.external_id),
            "eventDate": Cell(event.c.time),
            "createdAt": Cell(event.c.received_at),
            "status": Cell(event.c.status),
            "error": Cell(event.c.error),
            "customerData": Cell(event.c.customer_data),
            "body": Cell(event.c.body),
        },
        {
            "customEventId": ("exact_text", event.c.id),
            "type": ("exact_text", event.c.type),
            "customerId": ("exact_text", event.c.member),
            "eventId": ("exact_text", event.c.external_id),
            "status": ("exact_text", event.c.status),
            "createdAt": ("instant", event.c.received_at),
            "eventDate": ("instant", event.c.time),
        },
        within=event.c.type.not_in(sorted(BUILT_IN)),
        lowered=frozenset({"customEventId", "customerId"}),
    ),
    "transaction": ExportSource(
        customer_transaction,
        customer_transaction.c.created_at,
        {
            "transactionId": Cell(customer_transaction.c.id),
            "documentNumber": Cell(customer_transaction.c.document_number),
            "documentType": Cell(customer_transaction.c.document_type),
            "linkedDocumentNumber": Cell(customer_transaction.c.linked_number),
            "purchasedAt": Cell(customer_transaction.c.purchased_at),
            "purchasePlace": Cell(customer_transaction.c.purchase_place),
            "channelId": Cell(customer_transaction.c.channel),
            "grossValue": Cell(customer_transaction.c.gross, points=True),
            "customerId": Cell(customer_transaction.c.member),
            "customerData": Cell(customer_transaction.c.customer_data),
            "labels": Cell(customer_transaction.c.labels, as_sent=labels_as_sent),
            "items": Cell(customer_transaction.c["items"], as_sent=items_as_sent),
            "createdAt": Cell(customer_transaction.c.created_at),
        },
        {
            "transactionId": ("exact_text", customer_transaction.c.id),
            "documentNumber": ("text", customer_transaction.c.document_number),
            "documentType": ("exact_text", customer_transaction.c.document_type),
            "channelId": ("exact_text", customer_transaction.c.channel),
            "customerId": ("exact_text", customer_transaction.c.member),
            "purchasedAt": ("instant", customer_transaction.c.purchased_at),
            "createdAt": ("instant", customer_transaction.c.created_at),
        },
        lowered=frozenset({"transactionId", "customerId"}),
    ),
    "rewardCoupon": ExportSource(
        coupon_code,
        coupon_code.c.added_at,
        {
            "rewardId": Cell(coupon_code.c.reward),
            "code": Cell(coupon_code.c.code),
            "createdAt": Cell(coupon_code.c.added_at),
            "issuedRewardId": Cell(coupon_code.c.issued),
        },
        {
            "rewardId": ("exact_text", coupon_code.c.reward),
            "code": ("exact_text", coupon_code.c.code),
            "createdAt": ("instant", coupon_code.c.added_at),
        },
    ),
    "rewardFulfillment": ExportSource(
        issued_reward,
        issued_reward.c.issued_at,
        {
            "issuedRewardId": Cell(issued_reward.c.id),
            "rewardId": Cell(issued_reward.c.reward),
            "customerId": Cell(issued_reward.c.member),
            "status": Cell(issued_reward.c.status),
            "coupon": Cell(issued_reward.c.coupon),
            "value": Cell(issued_reward.c.value, points=True),
            "walletCode": Cell(issued_reward.c.wallet),
            "costInPoints": Cell(issued_reward.c.cost, points=True),
            "redemptionDate": Cell(issued_reward.c.issued_at),
            "activeFrom": Cell(issued_reward.c.begins_at),
            "activeTo": Cell(issued_reward.c.expires_at),
            "usedAt": Cell(issued_reward.c.used_at),
            "cancelledAt": Cell(issued_reward.c.cancelled_at),
        },
        {
            "issuedRewardId": ("exact_text", issued_reward.c.id),
            "rewardId": ("exact_text", issued_reward.c.reward),
            "customerId": ("exact_text", issued_reward.c.member),
            "status": ("exact_text", issued_reward.c.status),
            "redemptionDate": ("instant", issued_reward.c.issued_at),
        },
        lowered=frozenset({"issuedRewardId", "customerId"}),
    ),
}
