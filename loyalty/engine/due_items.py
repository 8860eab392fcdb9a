"""What is done when it is due: points become active, are warned of, expire; coupons likewise; tiers are reviewed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from loyalty.engine.builtin_event_messages import CLOCK
from loyalty.events.due_items import Ring
from loyalty.ids import caused_id
from loyalty.points.ledger import Lot
from loyalty.points.operations import next_deadline_of
from loyalty.program.effects import Points
from loyalty.program.program import Program, Wallet
from loyalty.references import DueBatch, EventRef
from loyalty.store.repositories import Books
from loyalty.tiers.due_items import REVIEWS, review

PAGE = 100
"""How much is done in one transaction, and in one workflow."""


def ring(tx: Books, program: Program, revision: int, *, now: datetime) -> DueBatch:
    """Do the earliest page of what is due, each thing together with the event that tells of it."""
    rows = tx.deadlines.due(now=now, limit=PAGE)
    rings = [Ring(tx, program, revision, now, row["subject"], row["due_at"]) for row in rows]
    events = [_do(each, row["kind"]) for each, row in zip(rings, rows, strict=True)]
    return DueBatch([event for event in events if event is not None], more=len(rows) == PAGE)


def _do(due: Ring, kind: str) -> EventRef | None:
    if kind in ("coupon_warn", "coupon_expire"):
        return _do_coupon(due, kind)
    if kind in REVIEWS:
        return review(due, kind)
    found = due.tx.ledger.lot(due.subject)
    if found is None or found[0].remaining == 0:
        due.then(None)
        return None
    due.tx.members.lock_member(found[1])
    lot, member_id = due.tx.ledger.lot(due.subject) or found
    wallet = due.program.wallets.get(lot.wallet)
    if wallet is None:  # a newer program has this wallet no more: its points stay as they are
        due.then(None)
        return None
    match kind:
        case "activate":
            return _activate(due, lot, member_id, wallet)
        case "warn":
            return _warn(due, lot, member_id, wallet)
        case _:
            return _expire(due, lot, member_id, wallet)


def _activate(due: Ring, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    active = replace(lot, active_from=None)
    due.tx.ledger.change_lot(active)
    due.then(next_deadline_of(due.program, active, warned=False, now=due.now))
    return _moved(due, "points_activated", "activate", lot, member_id, wallet)


def _warn(due: Ring, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    due.then(next_deadline_of(due.program, lot, warned=True, now=due.now))
    body = {
        "wallet": wallet.code,
        "points": wallet.amount(lot.remaining),
        "awarded": wallet.amount(lot.points),
    }
    return due.event("points_will_expire", member_id, body | {"lot": lot.id} | _expires(lot))


def _expire(due: Ring, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    due.tx.ledger.change_lot(replace(lot, remaining=Points(0)))
    due.then(None)
    return _moved(due, "points_expired", "expire", lot, member_id, wallet)


def _moved(due: Ring, type_: str, kind: Any, lot: Lot, member_id: str, wallet: Wallet) -> EventRef:
    """Post what is left of a lot and store the event that tells of it."""
    posted = due.tx.ledger.post(
        kind,
        member_id=member_id,
        wallet=wallet.code,
        points=lot.remaining,
        lot_id=lot.id,
        event_id=caused_id(due.subject, type_),
        source=CLOCK,
        now=due.now,
    )
    body = {
        "wallet": wallet.code,
        "points": wallet.amount(lot.remaining),
        "balance": wallet.amount(posted.after.active),
        "lot": lot.id,
    }
    return due.event(type_, member_id, body if kind == "activate" else body | _expires(lot))


def _expires(lot: Lot) -> dict[str, str]:
    assert lot.expires_at is not None, "only what expires is due to expire"
    return {"expires_at": lot.expires_at.isoformat()}


def _do_coupon(due: Ring, kind: str) -> EventRef | None:
    issued = due.tx.rewards.get(due.subject)
    if issued is None or issued["status"] != "issued" or issued["expires_at"] is None:
        due.then(None)
        return None
    body = {
        "reward": issued["reward"],
        "issued_reward": issued["id"],
        "coupon": issued["coupon"],
        "expires_at": issued["expires_at"].isoformat(),
    }
    if kind == "coupon_warn":
        due.then((issued["expires_at"], "coupon_expire"))
        return due.event("coupon_will_expire", issued["member"], body)
    due.tx.rewards.set_status(issued["id"], "expired")
    due.then(None)
    return due.event("coupon_expired", issued["member"], body)
