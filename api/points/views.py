"""Transfers as responses show them."""

from datetime import datetime
from typing import Any

from api.http.responses import format_instant, omit_none
from api.wallets.views import wallet_type_view
from database.transfer_pages import ListedTransfer
from loyalty.decisions import presentation
from loyalty.events.builtin_events import BUILT_IN
from loyalty.points.messages import units_kind
from loyalty.program.program import Program


def transfer_view(listed: ListedTransfer, program: Program, *, deployed_at: datetime) -> dict[str, Any]:
    """Return a transfer in the documented fields, with its kind, its number in the account and the balance after it."""
    transfer, zone = listed.transfer, program.zone
    wallet = program.wallets.get(transfer.wallet)

    def shown(moment: datetime | None) -> str | None:
        return None if moment is None else format_instant(moment, zone)

    return {
        "transferId": transfer.id,
        "type": units_kind(transfer),
        "kind": transfer.kind,
        "accountId": transfer.account,
        "customerId": transfer.member,
        "number": transfer.number,
        "storeId": program.id_of("store", program.store),
        "value": presentation.amount(program, transfer.wallet, transfer.points),
        "balance": presentation.amount(program, transfer.wallet, transfer.balance),
        "comment": transfer.comment,
        "createdBy": transfer.source,
        "cancelled": listed.cancelled,
        "pending": listed.pending and not listed.cancelled,
        "createdAt": format_instant(transfer.at, zone),
        "actionCause": _cause(listed, program),
    } | omit_none(
        walletType=None if wallet is None else wallet_type_view(wallet, program, deployed_at=deployed_at),
        lockedUntil=shown(listed.pending_until),
        unlockedAt=shown(listed.activated_at),
        expiresAt=shown(listed.expires_at),
        blockedUntil=shown(transfer.ends_at),
        relatedTransferId=transfer.related,
        externalTransferId=transfer.external_id,
    )


def _cause(listed: ListedTransfer, program: Program) -> dict[str, Any]:
    """Return what caused a transfer: the reactor or achievement, and the event behind it."""
    transfer = listed.transfer
    kind, _, name = transfer.source.partition("/")
    is_built_in = listed.event_type in BUILT_IN
    return {
        "campaignId": program.id_of(kind, name) if name else None,
        "customerId": transfer.member,
        "transactionId": listed.transaction,
        "customEventId": None if is_built_in else transfer.event,
        "internalEventName": listed.event_type if is_built_in else None,
        "performedAt": format_instant(listed.event_time or transfer.at, program.zone),
    }
