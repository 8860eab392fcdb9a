"""Due items of coupons: begin their use, warn their owners, expire them."""

from datetime import datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext, notice_name
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.due_items import CouponDueKind, DueKind, DueTimes
from loyalty.store.rewards import IssuedReward


def due_items_of_coupon(program: Program, issued: IssuedReward, *, now: datetime, warned: bool = False) -> DueTimes:
    """Return the due items of an issued coupon: when it begins, the warning of its owner, and its expiry."""
    due: dict[DueKind, datetime] = {}
    if issued.begins_at is not None and issued.begins_at > now:
        due["coupon_begin"] = issued.begins_at
    if issued.coupon is None or issued.expires_at is None:
        return due
    warn_before = program.notify_before.coupons
    if warn_before is not None and not warned:
        due["coupon_warn"] = max(now, warn_before.before(issued.expires_at, program.zone))
    due["coupon_expire"] = issued.expires_at
    return due


def run_coupon_item(due: DueItemContext, kind: CouponDueKind) -> EventRef | None:
    """Run a due item of the issued reward whose id is the subject; return the event that reports it."""
    issued = due.tx.rewards.get(due.subject)
    if issued is None or issued.status != "issued":
        return None
    body = {"reward": issued.reward, "issued_reward": issued.id, "coupon": issued.coupon}
    match kind:
        case "coupon_begin":
            begins = issued.begins_at or due.now
            return due.record("coupon_began", issued.member, body | {"begins_at": begins.isoformat()})
        case "coupon_warn" | "coupon_expire" if issued.expires_at is None:
            return None
        case "coupon_warn":
            before, ends_at = due.program.notify_before.coupons, issued.expires_at
            if ends_at is None or not due.is_notice_due(kind, before, ends_at, member=issued.member):
                return None
            return due.record("coupon_will_expire", issued.member, body | _expiry(issued), name=notice_name(ends_at))
        case "coupon_expire":
            due.tx.rewards.set_status(issued.id, "expired")
            due.tx.due_items.clear_all(issued.id)
            return due.record("coupon_expired", issued.member, body | _expiry(issued))
        case _:
            assert_never(kind)


def _expiry(issued: IssuedReward) -> dict[str, str]:
    return {} if issued.expires_at is None else {"expires_at": issued.expires_at.isoformat()}
