"""Due items of lots: points become active, are warned of, and expire."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, assert_never

from loyalty.events.due_items import CLOCK, DueItemContext
from loyalty.ids import caused_id
from loyalty.points.dates import activated
from loyalty.points.ledger import next_due
from loyalty.program.program import Program
from loyalty.program.wallets import Points, Wallet
from loyalty.references import EventRef
from loyalty.store.due_items import LotDueKind
from loyalty.store.points import Lot


def next_due_of_lot(program: Program, lot: Lot, *, warned: bool, now: datetime) -> tuple[datetime, LotDueKind] | None:
    """Return the next due item of a lot, by the program's settings; None: nothing."""
    warn_before = program.notify_before.points
    return next_due(lot, warn_before=warn_before, warned=warned, now=now, zone=program.zone)


def run_lot_item(due: DueItemContext, kind: LotDueKind) -> EventRef | None:
    """Activate, warn of or expire the lot whose id is the subject; return the event that reports it, if any."""
    found = due.tx.ledger.lot(due.subject)
    if found is None or found[0].remaining == 0:
        due.set_next(None)
        return None
    due.tx.members.lock_member(found[1])
    lot, member_id = due.tx.ledger.lot(due.subject) or found
    wallet = due.program.wallets.get(lot.wallet)
    if wallet is None:  # a newer program does not have this wallet: its points stay as they are
        due.set_next(None)
        return None
    if kind != "activate" and lot.active_from is not None:  # an older version let pending points expire
        due.set_next(next_due_of_lot(due.program, lot, warned=False, now=due.now))
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
    due.set_next(next_due_of_lot(due.program, active, warned=False, now=due.now))
    return _post(due, "points_activated", "activate", lot, member_id, wallet)


def _warn(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    due.set_next(next_due_of_lot(due.program, lot, warned=True, now=due.now))
    body = {
        "wallet": wallet.code,
        "points": wallet.amount(lot.remaining),
        "awarded": wallet.amount(lot.points),
    }
    return due.record("points_will_expire", member_id, body | {"lot": lot.id} | _expiry(lot))


def _expire(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    due.tx.ledger.change_lot(replace(lot, remaining=Points(0)))
    due.set_next(None)
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
