"""Due items of lots: activate points, warn of their expiry, and expire them."""

from typing import Any, assert_never

from loyalty.events.due_items import DueItemContext, notice_name
from loyalty.events.operations import OperationContext
from loyalty.points.holds import release_points
from loyalty.points.ledger import due_items_of_lot
from loyalty.points.postings import Cause, activate, expire
from loyalty.points.refusals import NotHeld
from loyalty.program.wallets import Wallet
from loyalty.references import EventRef
from loyalty.store.due_items import CLOCK, LotDueKind
from loyalty.store.points import Lot, Posted
from loyalty.tiers.periods import judge_posted


def run_lot_item(due: DueItemContext, kind: LotDueKind) -> EventRef | None:
    """Activate, warn of or expire the lot whose id is the subject; return the event that reports it, if any."""
    found = due.tx.ledger.lot(due.subject)
    if found is None or found[0].remaining == 0:
        return None
    lot, member_id = found
    wallet = due.program.wallets.get(lot.wallet)
    if wallet is None:  # a newer program does not have this wallet: its points stay as they are
        return None
    if kind != "activate" and lot.active_from is not None:  # an older version expired pending points
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


def run_hold_item(due: DueItemContext) -> EventRef | None:
    """Release the hold whose id is the subject; return None if it was released or captured before."""
    operation = OperationContext(due.tx, due.program, due.revision, due.now, CLOCK)
    try:
        release_points(operation, due.subject)
    except NotHeld:
        return None
    first, *others = operation.to_start
    due.also.extend(others)
    return first


def _activate(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    event_id = due.event_id("points_activated")
    was_late = lot.active_from is not None and due.item.due_at > lot.active_from
    posted = activate(due, member_id, lot, Cause(event_id, CLOCK), was_late=was_late)
    reported = due.record("points_activated", member_id, _body(wallet, lot, posted[0]))
    judge_posted(due, member_id, posted)
    return reported


def _warn(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef | None:
    """Record `points_will_expire`, once for each date; None: the notice is later by now, or not wanted at all."""
    assert lot.expires_at is not None, "only lots that expire have owners to warn"
    if not due.is_notice_due("warn", due.program.notify_before.points, lot.expires_at, member=member_id):
        return None
    body = {
        "wallet": wallet.code,
        "points": wallet.amount(lot.remaining),
        "awarded": wallet.amount(lot.points),
    }
    name = notice_name(lot.expires_at)
    return due.record("points_will_expire", member_id, body | {"lot": lot.id} | _expiry(lot), name=name)


def _expire(due: DueItemContext, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    name = _expiry(lot)["expires_at"]
    event_id = due.event_id("points_expired", name)
    posted = expire(due, member_id, lot, event_id, Cause(event_id, CLOCK))
    return due.record("points_expired", member_id, _body(wallet, lot, posted) | _expiry(lot), name=name)


def _body(wallet: Wallet, lot: Lot, posted: Posted) -> dict[str, Any]:
    """Return the body of the event that reports what was posted of a lot."""
    return {
        "wallet": wallet.code,
        "points": wallet.amount(posted.transfer.points),
        "balance": wallet.amount(posted.transfer.balance),
        "lot": lot.id,
    }


def _expiry(lot: Lot) -> dict[str, Any]:
    assert lot.expires_at is not None, "only lots that expire are due to expire"
    return {"expires_at": lot.expires_at.isoformat()}
