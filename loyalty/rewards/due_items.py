"""Due items of coupons: their owners are warned, and they expire."""

from datetime import datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.due_items import CouponDueKind


def next_due_of_coupon(program: Program, expires_at: datetime, *, now: datetime) -> tuple[datetime, CouponDueKind]:
    """Return the first due item of a coupon that is issued: the warning of its owner, or its expiry."""
    warn_before = program.notify_before.coupons
    if warn_before is None:
        return expires_at, "coupon_expire"
    return max(now, warn_before.before(expires_at, program.zone)), "coupon_warn"


def run_coupon_item(due: DueItemContext, kind: CouponDueKind) -> EventRef | None:
    """Warn of or expire the coupon of the issued reward whose id is the subject; return the event that reports it."""
    issued = due.tx.rewards.get(due.subject)
    if issued is None or issued.status != "issued" or issued.expires_at is None:
        due.set_next(None)
        return None
    body = {
        "reward": issued.reward,
        "issued_reward": issued.id,
        "coupon": issued.coupon,
        "expires_at": issued.expires_at.isoformat(),
    }
    match kind:
        case "coupon_warn":
            due.set_next((issued.expires_at, "coupon_expire"))
            return due.record("coupon_will_expire", issued.member, body)
        case "coupon_expire":
            due.tx.rewards.set_status(issued.id, "expired")
            due.set_next(None)
            return due.record("coupon_expired", issued.member, body)
        case _:
            assert_never(kind)
