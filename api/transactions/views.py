"""Transactions as responses show them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.http.responses import format_instant, omit_none
from database import ReadTransaction
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.points import Transfer
from loyalty.store.transactions import StoredTransaction
from loyalty.webhooks.messages.text import number


def transaction_view(tx: ReadTransaction, found: StoredTransaction, program: Program) -> dict[str, Any]:
    """Return a transaction in the documented fields, with what it moved in the default wallet."""
    zone, wallet = program.zone, program.default_wallet
    transfers = [] if found.event is None else tx.ledger.transfers_of(found.event)
    mine = [each for each in transfers if each.wallet == wallet.code]
    return {
        "transactionId": found.id,
        "grossValue": number(sum((Decimal(item["gross_value"]) for item in found.items), Decimal(0))),
        "customerData": dict(found.customer_data),
        "items": [_item(item) for item in found.items],
        "header": {
            "documentNumber": found.document_number,
            "documentType": found.document_type,
            "purchasedAt": format_instant(found.purchased_at, zone),
            "labels": _labels(found.labels),
        }
        | omit_none(linkedDocumentNumber=found.linked_number, purchasePlace=found.purchase_place),
        "matched": found.member is not None,
        "pointsEarned": wallet.amount(_sum(mine, "award")),
        "unitsDeducted": wallet.amount(Points(_sum(mine, "deduct", "take_back") + _returned(mine))),
        "createdAt": format_instant(found.created_at, zone),
    } | omit_none(
        customerId=found.member,
        channelId=found.channel,
        assignedToCustomerAt=found.assigned_at and format_instant(found.assigned_at, zone),
        returnState=found.return_state,
        customEventId=found.event,
        shortfall=_shortfall(transfers, program) if found.is_return and transfers else None,
    )


def _shortfall(transfers: list[Transfer], program: Program) -> list[dict[str, Any]]:
    """Return what a return could not take back, by wallet: neither from points nor as a debt."""
    missing: dict[str, int] = {}
    for each in transfers:
        if each.kind == "return":
            taken = each.change.owed - each.change.active - each.change.pending
            missing[each.wallet] = missing.get(each.wallet, 0) + each.points - abs(taken)
    return [
        {"wallet": code, "points": wallet.amount(missing[code])}
        for code, wallet in program.wallets.items()
        if missing.get(code)
    ]


def _sum(transfers: list[Transfer], *kinds: str) -> int:
    return sum(each.points for each in transfers if each.kind in kinds)


def _returned(transfers: list[Transfer]) -> int:
    """Return what returns took, without what they gave back."""
    returns = [each for each in transfers if each.kind == "return"]
    return sum(each.points for each in returns if each.change.net + each.change.pending < 0)


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    quantity = number(Decimal(item["quantity"]))
    return {
        "sku": item["sku"],
        "name": item["name"],
        "category": item["category"],
        "highPrecisionQuantity": quantity,
        "grossValue": number(Decimal(item["gross_value"])),
        "labels": _labels(item["labels"]),
    } | omit_none(maker=item["maker"], quantity=quantity if isinstance(quantity, int) else None)


def _labels(labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in labels.items()]
