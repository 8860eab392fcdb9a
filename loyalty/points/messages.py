"""Messages about points."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.calendar import read_instant
from loyalty.events.context import EventContext
from loyalty.events.due_items import CLOCK
from loyalty.events.message_parts import amount, cause_of, customer
from loyalty.ids import caused_id
from loyalty.program.wallets import Points, Wallet
from loyalty.webhooks.messages import (
    AvailablePointsAmountChanged,
    ChangeKind,
    PointsWillExpire,
    TransferKind,
    UnitsTransferWasAdded,
    WalletView,
)


def send_balance_changed(
    context: EventContext,
    wallet: Wallet,
    kind: ChangeKind,
    points: Points,
    active: Points,
    transfer_id: str,
    source: str,
) -> None:
    """Send `AvailablePointsAmountChanged`: `points` were added or taken, and `active` can be spent now."""
    context.outbox.send(
        AvailablePointsAmountChanged,
        lambda: AvailablePointsAmountChanged(
            customer=customer(context),
            wallet=_wallet_view(context, wallet),
            amount=amount(wallet, active),
            change=amount(wallet, points),
            kind=kind,
            transfer_id=transfer_id,
            cause=cause_of(context, source),
        ),
    )


def send_transfer_added(
    context: EventContext,
    wallet: Wallet,
    kind: TransferKind,
    points: Points,
    transfer_id: str,
    source: str,
    expires_at: datetime | None,
    pending_until: datetime | None,
) -> None:
    """Send `UnitsTransferWasAdded`."""
    context.outbox.send(
        UnitsTransferWasAdded,
        lambda: UnitsTransferWasAdded(
            customer=customer(context),
            wallet=_wallet_view(context, wallet),
            transfer_id=transfer_id,
            kind=kind,
            units=amount(wallet, points),
            created_at=context.now,
            expires_at=expires_at,
            pending_until=pending_until,
            comment=source,
            cause=cause_of(context, source),
        ),
    )


def send_lot_changed(context: EventContext, body: Any, *, kind: ChangeKind) -> None:
    """Send `AvailablePointsAmountChanged` for a `points_activated` or `points_expired` event."""
    wallet = context.program.wallets.get(body["wallet"])
    if wallet is None:  # the program does not have it any more
        return
    points, active = (wallet.points(Decimal(body[name])) for name in ("points", "balance"))
    send_balance_changed(context, wallet, kind, points, active, body["lot"], CLOCK)


def send_points_will_expire(context: EventContext, body: Any) -> None:
    """Send `PointsWillExpire` for a `points_will_expire` event."""
    context.outbox.send(
        PointsWillExpire,
        lambda: PointsWillExpire(
            customer=customer(context),
            wallet_id=wallet_id(context.event.member, body["wallet"]),
            points=Decimal(body["awarded"]),
            remaining=Decimal(body["points"]),
            expires_at=read_instant(body["expires_at"], context.program.zone),
        ),
    )


def wallet_id(member_id: str, code: str) -> str:
    """Return the id of a member's wallet."""
    return caused_id(member_id, f"wallet/{code}")


def _wallet_view(context: EventContext, wallet: Wallet) -> WalletView:
    """Return the wallet of the event's member as messages show it."""
    return WalletView(
        id=wallet_id(context.event.member, wallet.code),
        type_id=context.program.id_of("wallet", wallet.code),
        code=wallet.code,
        name=wallet.title,
        unit_singular="Point",
        unit_plural="Points",
        is_default=wallet.default,
        created_at=context.member.registered_at,
    )
