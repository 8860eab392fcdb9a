"""Take back cancelled awards later: points that were held, or that return to their lots.

Cancelling an award leaves its held points. Once these are captured, as many other points are taken; once they are
released, they are taken at once. When a cancelled spend returns points to a cancelled award, other points were taken in
their place before, or are owed: the returned points pay the debt, and those other points are given back. So the order
of cancellations makes no difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.postings import schedule_again, shares, spendable_points, unschedule_empty
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import NOTHING, Balance
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, Transfer


def cancellation_of(operation: OperationContext, transfer_id: str) -> Transfer | None:
    """Return the transfer that cancelled this one; None: it is not cancelled."""
    about = operation.tx.ledger.transfers_about(transfer_id)
    return next((each for each in about if each.kind == "cancel"), None)


def take_returned(
    operation: OperationContext, member_id: str, lot_ids: Iterable[str], *, was_compensated: bool
) -> list[Posted]:
    """Take points that returned to lots of cancelled awards.

    `was_compensated`: other points were taken in their place, or are owed. Then the returned points pay open debt, and
    the others are given back.
    """
    posted: list[Posted] = []
    for lot_id in lot_ids:
        found = operation.tx.ledger.lot(lot_id)
        lot = None if found is None else found[0]
        cancelled = None if lot is None else cancellation_of(operation, lot.transfer or lot.id)
        if lot is None or cancelled is None or lot.remaining == 0:
            continue
        debt, back = NOTHING, list[Allocation]()
        if was_compensated:
            account = operation.tx.ledger.account(member_id, lot.wallet)
            debt = NOTHING if account is None else Points(min(lot.remaining, account.balance.owed))
            back = _give_back_others(operation, cancelled, Points(lot.remaining - debt))
        given = sum(each.points for each in back)
        change = Balance(active=Points(given - lot.remaining), owed=Points(-debt))
        new = _take_back(cancelled, member_id, lot.remaining, change)
        allocations = [Allocation(lot.id, Points(-lot.remaining)), *back]
        posted.append(operation.tx.ledger.post(new, allocations, now=operation.now))
        operation.unschedule(lot.id)
        _schedule_all(operation, member_id, back)
    return posted


def take_captured(operation: OperationContext, member_id: str, allocations: Sequence[Allocation]) -> list[Posted]:
    """Take other points for those captured from lots of cancelled awards; what is missing is owed."""
    captured: dict[str, int] = defaultdict(int)
    found = {lot.id: lot for lot in _lots_of_cancelled(operation, [each.lot for each in allocations])}
    for each in allocations:
        if each.lot in found:
            captured[found[each.lot].transfer or each.lot] += each.taken
    posted: list[Posted] = []
    for transfer_id, points in captured.items():
        cancelled = cancellation_of(operation, transfer_id)
        if cancelled is not None:
            wallet = operation.program.wallets[cancelled.wallet]
            others, debt, _ = take_from_others(operation, member_id, wallet, Points(points), without=frozenset())
            moved = Points(-sum(each.points for each in others))
            new = _take_back(cancelled, member_id, Points(moved + debt), Balance(active=Points(-moved), owed=debt))
            posted.append(operation.tx.ledger.post(new, others, now=operation.now))
    return posted


def take_from_others(
    operation: OperationContext, member_id: str, wallet: Wallet, points: Points, *, without: frozenset[str]
) -> tuple[list[Allocation], Points, Points]:
    """Return what is taken of lots outside `without`, what is owed for the rest, and what is forgiven of it.

    `without`: lots that the same transfer takes from.
    """
    if points <= 0:
        return [], NOTHING, NOTHING
    ledger = operation.tx.ledger
    there = max(NOTHING, spendable_points(operation, member_id, wallet.code))
    lots = ledger.spendable(member_id, wallet.code, now=operation.now, enough=there)
    others = [lot for lot in lots if lot.id not in without]
    taken = shares(others, points)
    allocations = [Allocation(lot.id, Points(-share)) for lot, share in taken]
    unschedule_empty(operation, [lot for lot, _ in taken], allocations)
    missing = Points(points - sum(share for _, share in taken))
    account = ledger.account(member_id, wallet.code)
    owed = NOTHING if account is None else account.balance.owed
    room = missing if wallet.debt is None else Points(max(0, wallet.points(wallet.debt) - owed))
    debt = Points(min(missing, room))
    return allocations, debt, Points(missing - debt)


def _lots_of_cancelled(operation: OperationContext, lot_ids: Iterable[str]) -> list[Lot]:
    """Return the lots among these whose award is cancelled."""
    found = [operation.tx.ledger.lot(lot_id) for lot_id in dict.fromkeys(lot_ids)]
    lots = [each[0] for each in found if each is not None]
    return [lot for lot in lots if cancellation_of(operation, lot.transfer or lot.id) is not None]


def _give_back_others(operation: OperationContext, cancelled: Transfer, points: Points) -> list[Allocation]:
    """Return what goes back to the lots that were taken from in place of the points of cancelled awards."""
    taken: dict[str, int] = {}
    for transfer in operation.tx.ledger.debt_transfers(cancelled.member, cancelled.wallet):
        own = _own_lots(operation, transfer)
        if own is None:
            continue
        for each in operation.tx.ledger.allocations_of(transfer.id):
            if each.lot not in own:
                taken[each.lot] = taken.get(each.lot, 0) - each.points
    cancelled_lots = {lot.id for lot in _lots_of_cancelled(operation, taken)}
    back: list[Allocation] = []
    for lot_id, share in taken.items():
        given = 0 if lot_id in cancelled_lots else min(points, share)
        if given > 0:
            back.append(Allocation(lot_id, Points(given)))
            points = Points(points - given)
    return back


def _own_lots(operation: OperationContext, transfer: Transfer) -> frozenset[str] | None:
    """Return the lots of the cancelled award that a transfer takes back; None: it takes back no award."""
    if transfer.kind == "settle":
        return frozenset()
    about = None if transfer.related is None else operation.tx.ledger.transfer(transfer.related)
    if transfer.kind == "take_back" and about is not None and about.related is not None:
        about = operation.tx.ledger.transfer(about.related)
    if about is None or about.kind not in ("award", "add", "receive"):
        return None
    return frozenset(lot.id for lot in operation.tx.ledger.lots_of_transfer(about.id))


def _schedule_all(operation: OperationContext, member_id: str, allocations: Iterable[Allocation]) -> None:
    for each in allocations:
        found = operation.tx.ledger.lot(each.lot)
        if found is not None:
            schedule_again(operation, member_id, found[0])


def _take_back(cancelled: Transfer, member_id: str, points: Points, change: Balance) -> NewTransfer:
    return NewTransfer(
        new_id(),
        member_id,
        cancelled.wallet,
        "take_back",
        points,
        change,
        cancelled.event,
        cancelled.source,
        related=cancelled.id,
        comment=cancelled.comment,
    )
