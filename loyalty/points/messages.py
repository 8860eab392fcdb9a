"""Messages about points."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from loyalty.calendar import read_instant
from loyalty.events.context import EventContext
from loyalty.events.message_parts import amount, cause_of, customer
from loyalty.program.wallets import Wallet
from loyalty.store.points import Posted, Transfer, TransferKind, account_id
from loyalty.webhooks.messages import (
    AvailablePointsAmountChanged,
    ChangeKind,
    PointsWillExpire,
    UnitsTransferKind,
    UnitsTransferWasAdded,
    WalletView,
)

TYPES: Final[Mapping[TransferKind, UnitsTransferKind | None]] = {
    "award": "adding",
    "add": "adding",
    "activate": "adding",
    "deduct": "spending",
    "spend": "spending",
    "hold": "blocked",
    "release": "adding",
    "capture": "spending",
    "expire": "expired",
    "send": "p2p_spending",
    "receive": "p2p_adding",
    "take_back": "spending",
    "settle": None,
    "cancel": "adding",
    "return": "adding",
    "merge_out": None,
    "merge_in": "adding",
}
"""The types of transfers in messages; None: no message. What a cancellation or a return takes is `spending`."""


def send_transfers(context: EventContext, posted: Iterable[Posted]) -> None:
    """Send the messages about transfers that this step posted."""
    if context.outbox.has_subscribers:
        for each in posted:
            send_transfer(context, each.transfer)


def send_transfer(context: EventContext, transfer: Transfer) -> None:
    """Send `UnitsTransferWasAdded`, and `AvailablePointsAmountChanged` if what can be spent changed."""
    shown, wallet = units_kind(transfer), context.program.wallets.get(transfer.wallet)
    if shown is None or wallet is None:  # the program does not have the wallet any more
        return
    if transfer.change.net != 0:
        _send_balance_changed(context, wallet, transfer)
    _send_transfer_added(context, wallet, transfer, shown)


def send_transfers_of_event(context: EventContext) -> None:
    """Send the messages about the transfers that a built-in event reports."""
    if context.outbox.has_subscribers:
        for each in context.tx.ledger.transfers_of(context.event.id):
            send_transfer(context, each)


def units_kind(transfer: Transfer) -> UnitsTransferKind | None:
    """Return the type of a transfer in messages and API responses; None: it is not shown."""
    if transfer.kind in ("cancel", "return") and transfer.change.net + transfer.change.pending < 0:
        return "spending"
    return TYPES[transfer.kind]


def change_kind(transfer: Transfer) -> ChangeKind:
    """Return how a transfer changed what can be spent."""
    is_more = transfer.change.net > 0
    if transfer.kind in ("send", "receive"):
        return "p2p_add" if is_more else "p2p_subtract"
    return "add" if is_more else "subtract"


def shown_id(transfer: Transfer) -> str:
    """Return the id that messages show: an activation has that of the transfer that added the points."""
    return transfer.related or transfer.id if transfer.kind == "activate" else transfer.id


def _send_balance_changed(context: EventContext, wallet: Wallet, transfer: Transfer) -> None:
    context.outbox.send(
        AvailablePointsAmountChanged,
        lambda: AvailablePointsAmountChanged(
            customer=customer(context),
            wallet=_wallet_view(context, wallet),
            amount=amount(wallet, transfer.balance),
            change=amount(wallet, abs(transfer.change.net)),
            kind=change_kind(transfer),
            transfer_id=shown_id(transfer),
            cause=cause_of(context, transfer.source),
        ),
    )


def _send_transfer_added(context: EventContext, wallet: Wallet, transfer: Transfer, shown: UnitsTransferKind) -> None:
    lot = None if transfer.lot is None else context.tx.ledger.lot(transfer.lot)
    adds = shown == "adding" and lot is not None
    context.outbox.send(
        UnitsTransferWasAdded,
        lambda: UnitsTransferWasAdded(
            customer=customer(context),
            wallet=_wallet_view(context, wallet),
            transfer_id=shown_id(transfer),
            kind=shown,
            units=amount(wallet, transfer.points),
            created_at=transfer.at,
            expires_at=lot[0].expires_at if adds and lot else None,
            pending_until=lot[0].active_from if adds and lot else None,
            comment=transfer.comment or transfer.source,
            related_transfer_id=None if transfer.kind == "activate" else transfer.related,
            cause=cause_of(context, transfer.source),
        ),
    )


def send_points_will_expire(context: EventContext, body: Any) -> None:
    """Send `PointsWillExpire` for a `points_will_expire` event."""
    context.outbox.send(
        PointsWillExpire,
        lambda: PointsWillExpire(
            customer=customer(context),
            wallet_id=account_id(context.event.member, body["wallet"]),
            points=Decimal(body["awarded"]),
            remaining=Decimal(body["points"]),
            expires_at=read_instant(body["expires_at"], context.program.zone),
        ),
    )


def _wallet_view(context: EventContext, wallet: Wallet) -> WalletView:
    """Return the wallet of the event's member as messages show it."""
    return WalletView(
        id=account_id(context.event.member, wallet.code),
        type_id=context.program.id_of("wallet", wallet.code),
        code=wallet.code,
        name=wallet.title,
        unit_singular="Point",
        unit_plural="Points",
        is_default=wallet.default,
        created_at=context.member.registered_at,
    )
