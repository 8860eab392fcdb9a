"""Holds: points set aside, until they are captured or released."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.amounts import points_of, wallet_of
from loyalty.points.cancelled_awards import take_captured, take_returned
from loyalty.points.operations import find_transfer, repeated, transfer_body
from loyalty.points.postings import Cause, expire, give_back, settle, take
from loyalty.points.refusals import DateInPast, MoreThanHeld, NotHeld
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import Balance
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, Transfer, spending_order
from loyalty.tiers.rising import judge_spending, judge_standing


@dataclass(frozen=True, slots=True)
class HoldPoints:
    """Set points aside; `until` None: until they are captured or released."""

    member: str
    amount: Decimal | int
    wallet: str | None = None
    until: datetime | None = None
    comment: str = ""
    external_id: str | None = None


def hold_points(operation: OperationContext, request: HoldPoints) -> str:
    """Set points aside; return the id of the hold.

    Raise NotEnoughPoints, DateInPast, UnknownWallet, InvalidAmount, TransferIdReused, MemberInactive or MemberFrozen.
    """
    wallet = wallet_of(operation.program, request.wallet)
    points = points_of(wallet, request.amount)
    if request.until is not None and request.until <= operation.now:
        raise DateInPast(request.until)
    operation.lock_members(request.member)
    if known := repeated(operation, request.external_id, "hold", request.member, wallet, points):
        return known.id
    operation.require_able_to_spend(request.member)
    event_id, hold_id = operation.new_event_id(), new_id()
    cause = Cause(event_id, operation.source, request.comment, request.external_id)
    posted = take(operation, "hold", request.member, wallet, points, hold_id, cause, ends_at=request.until)
    if request.until is not None:
        operation.schedule(hold_id, {"unblock": request.until}, member=request.member)
    until = None if request.until is None else request.until.isoformat()
    operation.record(event_id, "points_held", request.member, transfer_body(wallet, posted, until=until))
    return hold_id


def release_points(operation: OperationContext, hold_id: str, comment: str = "") -> str:
    """Give back what is still held; return the id of the releasing transfer. Raise UnknownTransfer or NotHeld."""
    hold = find_transfer(operation, hold_id)
    operation.lock_members(hold.member)
    held = _held(operation, hold)
    return _release(operation, hold, held, comment)


def capture_points(operation: OperationContext, hold_id: str, amount: Decimal | int | None, comment: str = "") -> str:
    """Spend held points and release the rest; return the id of the capturing transfer.

    `amount` None: all that is held. Raise UnknownTransfer, NotHeld, MoreThanHeld, InvalidAmount or MemberFrozen.
    """
    hold = find_transfer(operation, hold_id)
    operation.lock_members(hold.member)
    operation.require_unfrozen(hold.member)
    held = _held(operation, hold)
    wallet = wallet_of(operation.program, hold.wallet)
    there = Points(sum(share for _, share in held))
    points = there if amount is None else points_of(wallet, amount)
    if points > there:
        raise MoreThanHeld(wallet.amount(there), wallet.amount(points))
    captured, rest = _divide(held, points)
    event_id = operation.new_event_id()
    posted = _capture(operation, hold, captured, Cause(event_id, operation.source, comment))
    operation.record(event_id, "points_captured", hold.member, transfer_body(wallet, posted, hold=hold_id))
    if rest:
        _release(operation, hold, rest, comment)
    operation.unschedule(hold_id)
    judge_spending(operation, hold.member)
    return posted.transfer.id


def _held(operation: OperationContext, hold: Transfer) -> list[tuple[Lot, Points]]:
    """Return the lots of a hold and what each of them still holds, in the order of spending; raise NotHeld."""
    ledger = operation.tx.ledger
    sums: dict[str, int] = {}
    if hold.kind == "hold":
        for transfer_id in (hold.id, *(each.id for each in ledger.transfers_about(hold.id))):
            for each in ledger.allocations_of(transfer_id):
                sums[each.lot] = sums.get(each.lot, 0) + each.held
    found = [(ledger.lot(lot_id), points) for lot_id, points in sums.items() if points > 0]
    held = [(lot[0], Points(points)) for lot, points in found if lot is not None]
    if not held:
        raise NotHeld(hold.id)
    return sorted(held, key=lambda pair: spending_order(pair[0]))


def _divide(
    held: list[tuple[Lot, Points]], points: Points
) -> tuple[list[tuple[Lot, Points]], list[tuple[Lot, Points]]]:
    """Divide held shares into those that make up `points`, and the rest."""
    first: list[tuple[Lot, Points]] = []
    rest: list[tuple[Lot, Points]] = []
    for lot, share in held:
        taken = Points(min(share, points))
        points = Points(points - taken)
        if taken:
            first.append((lot, taken))
        if share > taken:
            rest.append((lot, Points(share - taken)))
    return first, rest


def _release(operation: OperationContext, hold: Transfer, held: list[tuple[Lot, Points]], comment: str) -> str:
    """Release shares to their lots; expire those whose date has passed meanwhile."""
    wallet = wallet_of(operation.program, hold.wallet)
    event_id, transfer_id = operation.new_event_id(), new_id()
    points = Points(sum(share for _, share in held))
    new = _about_hold(hold, transfer_id, "release", points, Cause(event_id, operation.source, comment))
    posted = give_back(operation, new, [Allocation(lot.id, share, Points(-share)) for lot, share in held])
    operation.unschedule(hold.id)
    taken = take_returned(operation, posted.transfer, [lot.id for lot, _ in held], was_compensated=False)
    settled = settle(operation, posted.transfer)
    last = [posted, *taken, *settled][-1]
    operation.record(event_id, "points_released", hold.member, transfer_body(wallet, last, posted))
    expire_overdue(operation, hold.member, wallet, [lot for lot, _ in held], comment)
    judge_standing(operation, hold.member)
    return transfer_id


def expire_overdue(
    operation: OperationContext, member_id: str, wallet: Wallet, lots: list[Lot], comment: str = ""
) -> None:
    """Expire what is left of these lots if their date has passed, each with its `points_expired`.

    For a frozen member that waits: the due items of the lots do it when the member is unfrozen.
    """
    if operation.tx.members.participation(member_id).frozen:
        return
    for lot_id in dict.fromkeys(lot.id for lot in lots):
        found = operation.tx.ledger.lot(lot_id)
        lot = None if found is None else found[0]
        if lot is None or lot.remaining == 0 or lot.expires_at is None or lot.expires_at > operation.now:
            continue
        event_id = operation.new_event_id()
        posted = expire(operation, member_id, lot, new_id(), Cause(event_id, operation.source, comment))
        body = {
            "wallet": wallet.code,
            "points": wallet.amount(posted.transfer.points),
            "balance": wallet.amount(posted.transfer.balance),
            "lot": lot.id,
            "expires_at": lot.expires_at.isoformat(),
        }
        operation.record(event_id, "points_expired", member_id, body)


def _capture(operation: OperationContext, hold: Transfer, captured: list[tuple[Lot, Points]], cause: Cause) -> Posted:
    points = Points(sum(share for _, share in captured))
    new = _about_hold(hold, new_id(), "capture", points, cause)
    allocations = [Allocation(lot.id, Points(0), Points(-share)) for lot, share in captured]
    posted = operation.tx.ledger.post(new, allocations, now=operation.now)
    take_captured(operation, posted.transfer, allocations)
    return posted


def _about_hold(hold: Transfer, transfer_id: str, kind: str, points: Points, cause: Cause) -> NewTransfer:
    is_capture = kind == "capture"
    less = Points(-points)
    return NewTransfer(
        transfer_id,
        hold.member,
        hold.wallet,
        "capture" if is_capture else "release",
        points,
        Balance(held=less, spent=points) if is_capture else Balance(active=points, held=less),
        cause.event,
        cause.source,
        related=hold.id,
        comment=cause.comment,
    )
