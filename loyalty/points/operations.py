"""Operations on points: add, spend, transfer between members, expire, activate. Each is refused, or done completely.

Holds are in `loyalty.points.holds`, cancelling is in `loyalty.points.cancelling`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from loyalty.calendar import local_day, start_of, window
from loyalty.events.operations import OperationContext
from loyalty.ids import caused_id, new_id
from loyalty.points.amounts import points_of, wallet_of
from loyalty.points.dates import until_thaw
from loyalty.points.postings import Cause, activate, add_lots, expire, take
from loyalty.points.refusals import (
    DateInPast,
    NothingLeft,
    NotPending,
    SameMember,
    TransferIdReused,
    TransferLimitReached,
    UnknownTransfer,
)
from loyalty.program.expiry import expires_at
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import Balance
from loyalty.store.points import Lot, NewTransfer, Posted, Transfer, TransferKind
from loyalty.tiers.periods import judge_posted
from loyalty.tiers.rising import judge_spending, judge_standing


@dataclass(frozen=True, slots=True)
class AddPoints:
    """Add points by hand. `wallet` None: the default wallet; `pending_until` None: active at once."""

    member: str
    amount: Decimal | int
    wallet: str | None = None
    pending_until: datetime | None = None
    expires_at: datetime | None = None
    """None: by the rule of the wallet, unless `never_expires`."""
    never_expires: bool = False
    qualifies: bool = False
    """Whether the points count for tiers."""
    comment: str = ""
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class SpendPoints:
    """Take points by hand, or for a member who buys something."""

    member: str
    amount: Decimal | int
    wallet: str | None = None
    comment: str = ""
    external_id: str | None = None
    qualifies: bool = True
    """Whether the points count as spent for tiers."""


@dataclass(frozen=True, slots=True)
class TransferPoints:
    """Move points from one member to another, with the dates of their lots."""

    sender: str
    receiver: str
    amount: Decimal | int
    wallet: str | None = None
    comment: str = ""
    external_id: str | None = None


def add_points(operation: OperationContext, request: AddPoints) -> str:
    """Add points; return the id of the transfer.

    For a frozen member they are pending until the member is unfrozen. Raise UnknownWallet, InvalidAmount, DateInPast,
    TransferIdReused or MemberInactive.
    """
    wallet = wallet_of(operation.program, request.wallet)
    points = points_of(wallet, request.amount)
    for date in (request.pending_until, request.expires_at):
        if date is not None and date <= operation.now:
            raise DateInPast(date)
    operation.lock_members(request.member)
    if known := repeated(operation, request.external_id, "add", request.member, wallet, points):
        return known.id
    operation.require_active(request.member)
    lot = _new_lot(operation, request, wallet, points)
    if operation.tx.members.participation(request.member).frozen:
        expiry = None if request.never_expires or request.expires_at is not None else wallet.expires
        lot = replace(until_thaw(lot, expiry, now=operation.now), qualifies=request.qualifies)
    counts_now = request.qualifies and lot.active_from is None
    event_id = operation.new_event_id()
    change = Balance(active=points) if lot.active_from is None else Balance(pending=points)
    new = NewTransfer(
        lot.id,
        request.member,
        wallet.code,
        "add",
        points,
        change._replace(earned=points, qualifying=points if counts_now else Points(0)),
        event_id,
        operation.source,
        comment=request.comment,
        external_id=request.external_id,
        lot=lot.id,
    )
    posted = add_lots(operation, request.member, [lot], new)
    more = {"pending": lot.active_from is not None, "expires_at": _optional_date(lot.expires_at)}
    operation.record(event_id, "points_added", request.member, transfer_body(wallet, posted[-1], posted[0], **more))
    judge_standing(operation, request.member)
    return lot.id


def spend_points(operation: OperationContext, request: SpendPoints) -> str:
    """Take points; return the id of the transfer. Raise NotEnoughPoints, MemberFrozen and what `add_points` raises."""
    wallet = wallet_of(operation.program, request.wallet)
    points = points_of(wallet, request.amount)
    operation.lock_members(request.member)
    if known := repeated(operation, request.external_id, "spend", request.member, wallet, points):
        return known.id
    operation.require_able_to_spend(request.member)
    event_id = operation.new_event_id()
    cause = Cause(event_id, operation.source, request.comment, request.external_id)
    posted = take(
        operation, "spend", request.member, wallet, points, new_id(), cause, counts_as_spent=request.qualifies
    )
    operation.record(event_id, "points_spent", request.member, transfer_body(wallet, posted))
    judge_spending(operation, request.member)
    return posted.transfer.id


def transfer_points(operation: OperationContext, request: TransferPoints) -> str:
    """Move points between members; return the id of the sender's transfer.

    Raise SameMember, TransferLimitReached, NotEnoughPoints, MemberFrozen and what `add_points` raises.
    """
    if request.sender == request.receiver:
        raise SameMember
    wallet = wallet_of(operation.program, request.wallet)
    points = points_of(wallet, request.amount)
    operation.lock_members(request.sender, request.receiver)
    if known := repeated(operation, request.external_id, "send", request.sender, wallet, points):
        return known.id
    operation.require_able_to_spend(request.sender, request.receiver)
    _check_limits(operation, request.sender, wallet, points)
    event_id = operation.new_event_id()
    cause = Cause(event_id, operation.source, request.comment, request.external_id)
    sent = take(operation, "send", request.sender, wallet, points, new_id(), cause)
    body = transfer_body(wallet, sent, receiver=request.receiver)
    operation.record(event_id, "points_sent", request.sender, body)
    _receive(operation, request, wallet, sent)
    return sent.transfer.id


def expire_points(operation: OperationContext, transfer_id: str, comment: str = "") -> None:
    """Expire what is left of the lots that a transfer added. Raise UnknownTransfer or NothingLeft."""
    transfer = find_transfer(operation, transfer_id)
    operation.lock_members(transfer.member)
    left = [lot for lot in operation.tx.ledger.lots_of_transfer(transfer_id) if lot.remaining > 0]
    if not left:
        raise NothingLeft(transfer_id)
    wallet = wallet_of(operation.program, transfer.wallet)
    for lot in left:
        event_id = operation.new_event_id()
        posted = expire(operation, transfer.member, lot, new_id(), Cause(event_id, operation.source, comment))
        body = lot_body(wallet, lot, posted) | {"expires_at": operation.now.isoformat()}
        operation.record(event_id, "points_expired", transfer.member, body)


def activate_points(operation: OperationContext, transfer_id: str, comment: str = "") -> None:
    """Make the pending lots that a transfer added active now. Raise UnknownTransfer, NotPending or MemberFrozen."""
    transfer = find_transfer(operation, transfer_id)
    operation.lock_members(transfer.member)
    operation.require_unfrozen(transfer.member)
    lots = operation.tx.ledger.lots_of_transfer(transfer_id)
    pending = [lot for lot in lots if lot.active_from is not None and lot.remaining > 0]
    if not pending:
        raise NotPending(transfer_id)
    wallet = wallet_of(operation.program, transfer.wallet)
    all_posted: list[Posted] = []
    for lot in pending:
        event_id = operation.new_event_id()
        posted = activate(operation, transfer.member, lot, Cause(event_id, operation.source, comment))
        operation.record(event_id, "points_activated", transfer.member, lot_body(wallet, lot, posted[0]))
        all_posted += posted
    judge_posted(operation, transfer.member, all_posted)


def find_transfer(operation: OperationContext, transfer_id: str) -> Transfer:
    """Return a transfer; raise UnknownTransfer."""
    transfer = operation.tx.ledger.transfer(transfer_id)
    if transfer is None:
        raise UnknownTransfer(transfer_id)
    return transfer


def repeated(
    operation: OperationContext,
    external_id: str | None,
    kind: TransferKind,
    member_id: str,
    wallet: Wallet,
    points: Points,
) -> Transfer | None:
    """Return the transfer that a client requested before by the same id; raise TransferIdReused for another request."""
    known = None if external_id is None else operation.tx.ledger.reported_transfer(external_id)
    if known is None:
        return None
    if (known.kind, known.member, known.wallet, known.points) != (kind, member_id, wallet.code, points):
        raise TransferIdReused(known.id)
    return known


def transfer_body(wallet: Wallet, posted: Posted, shown: Posted | None = None, **more: Any) -> Mapping[str, Any]:
    """Return the body of the event that reports a transfer, as `shown` if more transfers followed it."""
    transfer = (shown or posted).transfer
    return {
        "wallet": wallet.code,
        "points": wallet.amount(transfer.points),
        "balance": wallet.amount(posted.transfer.balance),
        "transfer": transfer.id,
        "comment": transfer.comment,
        **more,
    }


def lot_body(wallet: Wallet, lot: Lot, posted: Posted) -> dict[str, Any]:
    """Return the body of the event that reports what was posted of a lot."""
    return {
        "wallet": wallet.code,
        "points": wallet.amount(posted.transfer.points),
        "balance": wallet.amount(posted.transfer.balance),
        "lot": lot.id,
    }


def _new_lot(operation: OperationContext, request: AddPoints, wallet: Wallet, points: Points) -> Lot:
    begins = request.pending_until or operation.now
    ends, rule = request.expires_at, None
    if ends is None and not request.never_expires:
        ends = expires_at(wallet.expires, now=begins, zone=operation.program.zone)
        rule = None if ends is None or request.pending_until is None else wallet.expires
    qualifies = request.qualifies and request.pending_until is not None
    return Lot(new_id(), wallet.code, points, points, request.pending_until, ends, rule, qualifies=qualifies)


def _receive(operation: OperationContext, request: TransferPoints, wallet: Wallet, sent: Posted) -> None:
    """Add lots with the dates of those that were taken from."""
    transfer_id, event_id = new_id(), operation.new_event_id()
    by_date: dict[datetime | None, Points] = {}
    for taken in operation.tx.ledger.allocations_of(sent.transfer.id):
        found = operation.tx.ledger.lot(taken.lot)
        assert found is not None, "points were taken from lots of this store"
        by_date[found[0].expires_at] = Points(by_date.get(found[0].expires_at, 0) + taken.taken)
    lots = [
        Lot(caused_id(transfer_id, str(n)), wallet.code, points, points, None, date, transfer=transfer_id)
        for n, (date, points) in enumerate(by_date.items())
    ]
    points = sent.transfer.points
    new = NewTransfer(
        transfer_id,
        request.receiver,
        wallet.code,
        "receive",
        points,
        Balance(active=points),
        event_id,
        operation.source,
        related=sent.transfer.id,
        comment=request.comment,
    )
    posted = add_lots(operation, request.receiver, lots, new)
    body = transfer_body(wallet, posted[-1], posted[0], sender=request.sender)
    operation.record(event_id, "points_received", request.receiver, body)
    judge_standing(operation, request.receiver)


def _check_limits(operation: OperationContext, sender: str, wallet: Wallet, points: Points) -> None:
    """Raise TransferLimitReached if the sender has sent too much, or too often, in a calendar period."""
    zone = operation.program.zone
    for limit in wallet.transfer_limits:
        first, _ = window(local_day(operation.now, zone), limit.every)
        since = datetime.min.replace(tzinfo=UTC) if limit.every == "ever" else start_of(first, zone)
        sent = operation.tx.ledger.sent_since(sender, wallet.code, since)
        if limit.times is not None and sent.times >= limit.times:
            raise TransferLimitReached(sent.times, limit.times, limit.every, "times")
        if limit.points is not None and sent.points + points > wallet.points(limit.points):
            raise TransferLimitReached(wallet.amount(sent.points), limit.points, limit.every, "points")


def _optional_date(date: datetime | None) -> str | None:
    return None if date is None else date.isoformat()
