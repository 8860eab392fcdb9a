"""Due items of coupons: their owners are warned, and they expire."""

from datetime import datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.due_items import CouponDueKind, DueTimes


def due_items_of_coupon(program: Program, expires_at: datetime, *, now: datetime) -> DueTimes:
    """Return the due items of a coupon that is issued: the warning of its owner, and its expiry."""
    warn_before = program.notify_before.coupons
    if warn_before is None:
        return {"coupon_expire": expires_at}
    return {"coupon_warn": max(now, warn_before.before(expires_at, program.zone)), "coupon_expire": expires_at}


def run_coupon_item(due: DueItemContext, kind: CouponDueKind) -> EventRef | None:
    """Warn of or expire the coupon of the issued reward whose id is the subject; return the event that reports it."""
    issued = due.tx.rewards.get(due.subject)
    if issued is None or issued.status != "issued" or issued.expires_at is None:
        return None
    body = {
        "reward": issued.reward,
        "issued_reward": issued.id,
        "coupon": issued.coupon,
        "expires_at": issued.expires_at.isoformat(),
    }
    match kind:
        case "coupon_warn":
            return due.record("coupon_will_expire", issued.member, body)
        case "coupon_expire":
            due.tx.rewards.set_status(issued.id, "expired")
            due.tx.due_items.clear_all(issued.id)
            return due.record("coupon_expired", issued.member, body)
        case _:
            assert_never(kind)
