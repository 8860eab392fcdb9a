"""Due items of lots: points become active, are warned of, and expire."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, assert_never

from loyalty.events.due_items import CLOCK, DueItemContext
from loyalty.ids import caused_id
from loyalty.points.dates import activated
from loyalty.points.ledger import due_times
from loyalty.program.program import Program
from loyalty.program.wallets import Points, Wallet
from loyalty.references import EventRef
from loyalty.store.due_items import DueTimes, LotDueKind
from loyalty.store.points import Lot


def due_items_of_lot(program: Program, lot: Lot, *, warned: bool = False, now: datetime) -> DueTimes:
    """Return the due items of a lot by the program's settings; a pending lot gets the others when it is activated."""
    warn_before = program.notify_before.points
    return due_times(lot, warn_before=warn_before, warned=warned, now=now, zone=program.zone)


def run_lot_item(due: DueItemContext, kind: LotDueKind) -> EventRef | None:
    """Activate, warn of or expire the lot whose id is the subject; return the event that reports it, if any."""
    found = due.tx.ledger.lot(due.subject)
    if found is None or found[0].remaining == 0:
        return None
    lot, member_id = found
    wallet = due.program.wallets.get(lot.wallet)
    if wallet is None:  # a newer program does not have this wallet: its points stay as they are
        return None
    if kind != "activate" and lot.active_from is not None:  # an older version let pending points expire
        due.set_due_items(due_items_of_lot(due.program, lot, now=due.now), member=member_id)
        return None
    match kind:
        case "activate":
            return _activate(due, lot, member_id, wallet)
        case "warn":
            return _warn(due, lot, member_id, wallet)
        case "expire":
            return _expire(due, lot, member_id, wallet)
        case _:
            assert_never(kind)


def _activate(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    active = activated(lot, now=due.now, zone=due.program.zone)
    due.tx.ledger.change_lot(active)
    due.set_due_items(due_items_of_lot(due.program, active, now=due.now), member=member_id)
    return _post(due, "points_activated", "activate", lot, member_id, wallet)


def _warn(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    body = {
        "wallet": wallet.code,
        "points": wallet.amount(lot.remaining),
        "awarded": wallet.amount(lot.points),
    }
    return due.record("points_will_expire", member_id, body | {"lot": lot.id} | _expiry(lot))


def _expire(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    due.tx.ledger.change_lot(replace(lot, remaining=Points(0)))
    due.tx.due_items.clear_all(lot.id)
    return _post(due, "points_expired", "expire", lot, member_id, wallet)


def _post(
    due: DueItemContext,
    event_type: str,
    kind: Literal["activate", "expire"],
    lot: Lot,
    member_id: str,
    wallet: Wallet,
) -> EventRef:
    """Post what remains of a lot, and record the event that reports it."""
    posted = due.tx.ledger.post(
        kind,
        member_id=member_id,
        wallet=wallet.code,
        points=lot.remaining,
        lot_id=lot.id,
        event_id=caused_id(due.subject, event_type),
        source=CLOCK,
        now=due.now,
    )
    body = {
        "wallet": wallet.code,
        "points": wallet.amount(lot.remaining),
        "balance": wallet.amount(posted.after.active),
        "lot": lot.id,
    }
    return due.record(event_type, member_id, body if kind == "activate" else body | _expiry(lot))


def _expiry(lot: Lot) -> dict[str, Any]:
    assert lot.expires_at is not None, "only lots that expire are due to expire"
    return {"expires_at": lot.expires_at.isoformat()}
