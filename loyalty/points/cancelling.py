"""Cancel a transfer: give points back to the lots that they came from, or take back an addition.

Which transfer   what cancelling it does
award, add       takes what is left of its lots; what was spent or moved of them is taken from other points, then owed
deduct, spend,   gives the points back to their lots; what has expired meanwhile stays expired if the member cancels,
capture          and gets a new date (`grace` of the wallet) if the shop does
send, receive    undoes both: the sender gets the points back, from the receiver they are taken as an addition is
hold             releases what is still held
expire           gives the points back with a new date
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.amounts import wallet_of
from loyalty.points.cancelled_awards import cancellation_of, expired_of, take_from_others, take_returned
from loyalty.points.holds import expire_overdue, release_points
from loyalty.points.operations import find_transfer, transfer_body
from loyalty.points.postings import give_back, settle
from loyalty.points.refusals import (
    AlreadyCancelled,
    DateInPast,
    NewDateNeeded,
    NotCancellable,
    NothingLeft,
    PartlyReturned,
)
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import NOTHING, Balance
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, Transfer
from loyalty.tiers.periods import judge_posted

CancelledBy: TypeAlias = Literal["shop", "member"]


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    """Cancel a transfer. `expires_at` is the new date of points that expired, needed to cancel an expiry."""

    transfer: str
    by: CancelledBy = "shop"
    expires_at: datetime | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The result of a cancellation: its transfer, and the points that could be neither taken nor owed."""

    transfer: str
    shortfall: Points = NOTHING


def cancel_transfer(operation: OperationContext, request: CancelTransfer) -> Cancellation:
    """Cancel a transfer once.

    Raise UnknownTransfer, AlreadyCancelled, PartlyReturned, NotCancellable, NothingLeft, NotHeld, NewDateNeeded or
    DateInPast.
    """
    if request.expires_at is not None and request.expires_at <= operation.now:
        raise DateInPast(request.expires_at)
    transfer = find_transfer(operation, request.transfer)
    partner = _partner(operation, transfer)
    operation.lock_members(transfer.member, *([] if partner is None else [partner.member]))
    if cancellation_of(operation, transfer.id) is not None:
        raise AlreadyCancelled(transfer.id)
    if any(each.kind == "return" for each in operation.tx.ledger.transfers_about(transfer.id)):
        raise PartlyReturned(transfer.id)
    match transfer.kind:
        case "award" | "add":
            return _cancel_addition(operation, transfer, request.comment)
        case "deduct" | "spend" | "capture":
            return _cancel_taking(operation, transfer, request)
        case "send" | "receive":
            assert partner is not None, "points that are sent are received"
            sent, received = (transfer, partner) if transfer.kind == "send" else (partner, transfer)
            cancelled = _cancel_addition(operation, received, request.comment)
            back = _cancel_taking(operation, sent, request)
            return replace(cancelled, transfer=back.transfer if transfer is sent else cancelled.transfer)
        case "hold":
            return Cancellation(release_points(operation, transfer.id, request.comment))
        case "expire":
            return _cancel_expiry(operation, transfer, request)
        case "activate" | "release" | "take_back" | "settle" | "cancel" | "return" | "merge_out" | "merge_in":
            raise NotCancellable(transfer.kind)


def _partner(operation: OperationContext, transfer: Transfer) -> Transfer | None:
    """Return the other side of a transfer between members."""
    if transfer.kind == "receive" and transfer.related is not None:
        return find_transfer(operation, transfer.related)
    if transfer.kind == "send":
        about = operation.tx.ledger.transfers_about(transfer.id)
        return next((each for each in about if each.kind == "receive"), None)
    return None


# -- additions


def _cancel_addition(operation: OperationContext, transfer: Transfer, comment: str) -> Cancellation:
    """Take what is left of a transfer's lots, then as many other points as were spent or moved, then owe the rest."""
    wallet = wallet_of(operation.program, transfer.wallet)
    lots = operation.tx.ledger.lots_of_transfer(transfer.id)
    expired = expired_of(operation, transfer)
    left = [lot for lot in lots if lot.remaining > 0]
    active = Points(sum(lot.remaining for lot in left if lot.active_from is None))
    pending = Points(sum(lot.remaining for lot in left if lot.active_from is not None))
    held = sum(lot.held for lot in lots)
    gone = Points(transfer.points - active - pending - held - expired)
    others, debt, shortfall = take_from_others(
        operation, transfer.member, wallet, gone, without=frozenset(lot.id for lot in lots)
    )
    moved = Points(-sum(each.points for each in others))
    total = Points(active + pending + moved + debt)
    if total == 0 and shortfall == 0 and held == 0:
        raise NothingLeft(transfer.id)
    back = Points(expired - transfer.points) if transfer.kind != "receive" else NOTHING
    qualified, counts_at = _qualified_by(operation, transfer)
    change = Balance(
        active=Points(-active - moved),
        pending=Points(-pending),
        earned=back,
        owed=debt,
        qualifying=Points(-qualified),
    )
    new = replace(_cancelling(operation, transfer, total, change, comment), counts_at=counts_at)
    allocations = [Allocation(lot.id, Points(-lot.remaining)) for lot in left]
    posted = operation.tx.ledger.post(new, [*allocations, *others], now=operation.now)
    for lot in left:
        operation.unschedule(lot.id)
    _record(operation, transfer, wallet, [posted])
    return Cancellation(posted.transfer.id, shortfall)


def _qualified_by(operation: OperationContext, transfer: Transfer) -> tuple[Points, datetime | None]:
    """Return what an addition added to the points that count for tiers, at once or when it became active.

    Also return when they count, if they are dated by their event.
    """
    about = operation.tx.ledger.transfers_about(transfer.id)
    added = [each for each in (transfer, *about) if each is transfer or each.kind == "activate"]
    dates = [each.counts_at for each in added if each.counts_at is not None]
    return Points(sum(each.change.qualifying for each in added)), dates[0] if dates else None


# -- deductions


def _cancel_taking(operation: OperationContext, transfer: Transfer, request: CancelTransfer) -> Cancellation:
    """Give points back to the lots that they came from."""
    wallet = wallet_of(operation.program, transfer.wallet)
    taken = [each for each in operation.tx.ledger.allocations_of(transfer.id) if each.taken > 0]
    overdue = _overdue_lots(operation, taken)
    if request.by == "shop":
        _renew(operation, transfer.member, wallet, overdue, wallet.grace.after(operation.now, operation.program.zone))
    points = transfer.points
    spent = Points(-transfer.change.spent)
    new = _cancelling(operation, transfer, points, Balance(active=points, spent=spent), request.comment)
    posted = give_back(operation, new, [Allocation(each.lot, each.taken) for each in taken])
    returned = take_returned(operation, posted.transfer, [each.lot for each in taken], was_compensated=True)
    _record(operation, transfer, wallet, [posted, *returned, *settle(operation, posted.transfer)])
    if request.by == "member":
        expire_overdue(operation, transfer.member, wallet, overdue, request.comment)
    return Cancellation(posted.transfer.id)


def _overdue_lots(operation: OperationContext, allocations: Sequence[Allocation]) -> list[Lot]:
    """Return the lots whose date has passed."""
    found = [operation.tx.ledger.lot(each.lot) for each in allocations]
    lots = [each[0] for each in found if each is not None]
    return [lot for lot in lots if lot.expires_at is not None and lot.expires_at <= operation.now]


def _renew(operation: OperationContext, member_id: str, wallet: Wallet, lots: list[Lot], until: datetime) -> None:
    """Give lots a new date; expire what is left of them first, so that only returned points get the new date."""
    expire_overdue(operation, member_id, wallet, lots)
    for lot in lots:
        operation.tx.ledger.change_lot(replace(lot, expires_at=until))


def _cancel_expiry(operation: OperationContext, transfer: Transfer, request: CancelTransfer) -> Cancellation:
    """Give expired points back to their lot, with a new date."""
    found = None if transfer.lot is None else operation.tx.ledger.lot(transfer.lot)
    assert found is not None, "points expire of a lot"
    if request.expires_at is None:
        raise NewDateNeeded
    wallet = wallet_of(operation.program, transfer.wallet)
    _renew(operation, transfer.member, wallet, [found[0]], request.expires_at)
    change = Balance().minus(transfer.change)
    new = _cancelling(operation, transfer, transfer.points, change, request.comment)
    posted = give_back(operation, new, [Allocation(found[0].id, transfer.points)])
    returned = take_returned(operation, posted.transfer, [found[0].id], was_compensated=False)
    _record(operation, transfer, wallet, [posted, *returned, *settle(operation, posted.transfer)])
    return Cancellation(posted.transfer.id)


# -- both


def _cancelling(
    operation: OperationContext, transfer: Transfer, points: Points, change: Balance, comment: str
) -> NewTransfer:
    return NewTransfer(
        new_id(),
        transfer.member,
        transfer.wallet,
        "cancel",
        points,
        change,
        operation.new_event_id(),
        operation.source,
        related=transfer.id,
        comment=comment,
        lot=transfer.lot,
    )


def _record(operation: OperationContext, cancelled: Transfer, wallet: Wallet, posted: Sequence[Posted]) -> None:
    body = transfer_body(wallet, posted[-1], posted[0], cancelled=cancelled.id, kind=cancelled.kind)
    operation.record(posted[0].transfer.event, "points_transfer_cancelled", cancelled.member, body)
    judge_posted(operation, cancelled.member, posted)
