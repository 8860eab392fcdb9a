"""Take back cancelled or returned awards later: points that were held, or that come back to their lots.

Cancelling an award leaves its held points. Once these are captured, as many other points are taken; once they are
released, they are taken at once. When a cancelled spend returns points to a cancelled award, other points were taken in
their place before, or are owed: the returned points pay the debt, and those other points are given back. So the order
of cancellations makes no difference. The same is done for points of a sale whose goods were returned, as far as others
were taken in their place: nobody owes for points that expire since.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from loyalty.ids import new_id
from loyalty.points.postings import PointsWork, schedule_again, shares, spendable_points, unschedule_empty
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import NOTHING, Balance
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, Transfer


def cancellation_of(work: PointsWork, transfer_id: str) -> Transfer | None:
    """Return the transfer that cancelled this one; None: it is not cancelled."""
    about = work.tx.ledger.transfers_about(transfer_id)
    return next((each for each in about if each.kind == "cancel"), None)


def expired_of(work: PointsWork, transfer: Transfer) -> Points:
    """Return how many points of a transfer's lots have expired, and have not been given back since."""
    about = work.tx.ledger.transfers_about(transfer.id)
    expired = [each for each in about if each.kind == "expire" and cancellation_of(work, each.id) is None]
    return Points(sum(each.points for each in expired))


def take_returned(work: PointsWork, by: Transfer, lot_ids: Iterable[str], *, was_compensated: bool) -> list[Posted]:
    """Take points that a transfer brought back to lots of cancelled or returned awards, as a part of its event.

    `was_compensated`: for cancelled awards, other points were taken in their place, or are owed. Then the points pay
    open debt, and the others are given back. For returned awards their returns say it.
    """
    posted: list[Posted] = []
    for lot_id in dict.fromkeys(lot_ids):
        found = work.tx.ledger.lot(lot_id)
        lot = None if found is None else found[0]
        if lot is None or lot.remaining == 0:
            continue
        cancelled = cancellation_of(work, lot.transfer or lot.id)
        if cancelled is None:
            posted += _take_of_returned(work, by, lot)
            continue
        debt, back = NOTHING, list[Allocation]()
        if was_compensated:
            debt = Points(min(lot.remaining, _owed(work, by.member, lot.wallet)))
            back = _give_back_others(work, _debt_transfers(work, cancelled), Points(lot.remaining - debt))
        posted.append(_take_of_lot(work, by, cancelled, lot, lot.remaining, debt, back))
    return posted


def _take_of_returned(work: PointsWork, by: Transfer, lot: Lot) -> list[Posted]:
    """Take points that came back to a lot of a sale, as far as returns took others in their place."""
    own = _lots_of(work, lot.transfer or lot.id)
    returns = [each for each in work.tx.ledger.transfers_about(lot.transfer or lot.id) if each.kind == "return"]
    taken = [*returns, *(each for one in returns for each in _take_backs(work, one))]
    compensated = Points(sum(_in_place(work, each, own) for each in taken))
    points = Points(min(lot.remaining, compensated))
    if points <= 0:
        return []
    debt = Points(min(points, _owed(work, by.member, lot.wallet)))
    settled = work.tx.ledger.debt_transfers(by.member, lot.wallet)
    pairs = [(each, own) for each in taken] + [(each, frozenset[str]()) for each in settled if each.kind == "settle"]
    back = _give_back_others(work, pairs, Points(points - debt), not_expired=True)
    points = Points(debt + sum(each.points for each in back))
    return [_take_of_lot(work, by, returns[-1], lot, points, debt, back)] if points else []


def _in_place(work: PointsWork, transfer: Transfer, own: frozenset[str]) -> int:
    """Return how many points a transfer took in place of those of some lots, as others or as debt."""
    others = [each.points for each in work.tx.ledger.allocations_of(transfer.id) if each.lot not in own]
    return transfer.change.owed - sum(others)


def _take_backs(work: PointsWork, transfer: Transfer) -> list[Transfer]:
    return [each for each in work.tx.ledger.transfers_about(transfer.id) if each.kind == "take_back"]


def _take_of_lot(
    work: PointsWork,
    by: Transfer,
    cancelled: Transfer,
    lot: Lot,
    points: Points,
    debt: Points,
    back: list[Allocation],
) -> Posted:
    """Take points that came back to a lot: they pay `debt`, and `back` is given to those taken in their place."""
    given = sum(each.points for each in back)
    new = _take_back(by, cancelled, points, Balance(active=Points(given - points), owed=Points(-debt)))
    posted = work.tx.ledger.post(new, [Allocation(lot.id, Points(-points)), *back], now=work.now)
    unschedule_empty(work, [lot], [Allocation(lot.id, Points(-points))])
    _schedule_all(work, by.member, back)
    return posted


def _owed(work: PointsWork, member_id: str, wallet: str) -> Points:
    account = work.tx.ledger.account(member_id, wallet)
    return NOTHING if account is None else account.balance.owed


def take_captured(work: PointsWork, by: Transfer, allocations: Sequence[Allocation]) -> list[Posted]:
    """Take other points for those that a transfer captured from lots of cancelled awards; what is missing is owed."""
    captured: dict[str, int] = defaultdict(int)
    found = {lot.id: lot for lot in _lots_of_cancelled(work, [each.lot for each in allocations])}
    for each in allocations:
        if each.lot in found:
            captured[found[each.lot].transfer or each.lot] += each.taken
    posted: list[Posted] = []
    for transfer_id, points in captured.items():
        cancelled = cancellation_of(work, transfer_id)
        if cancelled is not None:
            wallet = work.program.wallets[cancelled.wallet]
            others, debt, _ = take_from_others(work, by.member, wallet, Points(points), without=frozenset())
            moved = Points(-sum(each.points for each in others))
            new = _take_back(by, cancelled, Points(moved + debt), Balance(active=Points(-moved), owed=debt))
            posted.append(work.tx.ledger.post(new, others, now=work.now))
    return posted


def take_from_others(
    work: PointsWork, member_id: str, wallet: Wallet, points: Points, *, without: frozenset[str]
) -> tuple[list[Allocation], Points, Points]:
    """Return what is taken of lots outside `without`, what is owed for the rest, and what is forgiven of it.

    `without`: lots that the same transfer takes from.
    """
    if points <= 0:
        return [], NOTHING, NOTHING
    ledger = work.tx.ledger
    there = max(NOTHING, spendable_points(work, member_id, wallet.code))
    lots = ledger.spendable(member_id, wallet.code, now=work.now, enough=there)
    others = [lot for lot in lots if lot.id not in without]
    taken = shares(others, points)
    allocations = [Allocation(lot.id, Points(-share)) for lot, share in taken]
    unschedule_empty(work, [lot for lot, _ in taken], allocations)
    missing = Points(points - sum(share for _, share in taken))
    owed = _owed(work, member_id, wallet.code)
    room = missing if wallet.debt is None else Points(max(0, wallet.points(wallet.debt) - owed))
    debt = Points(min(missing, room))
    return allocations, debt, Points(missing - debt)


def _lots_of_cancelled(work: PointsWork, lot_ids: Iterable[str]) -> list[Lot]:
    """Return the lots among these whose award is cancelled."""
    found = [work.tx.ledger.lot(lot_id) for lot_id in dict.fromkeys(lot_ids)]
    lots = [each[0] for each in found if each is not None]
    return [lot for lot in lots if cancellation_of(work, lot.transfer or lot.id) is not None]


def _debt_transfers(work: PointsWork, cancelled: Transfer) -> list[tuple[Transfer, frozenset[str]]]:
    """Return what took points in place of those of cancelled awards, or paid debt, with the lots of the award."""
    found = work.tx.ledger.debt_transfers(cancelled.member, cancelled.wallet)
    pairs = [(each, _own_lots(work, each)) for each in found]
    return [(each, own) for each, own in pairs if own is not None]


def _give_back_others(
    work: PointsWork,
    transfers: Iterable[tuple[Transfer, frozenset[str]]],
    points: Points,
    *,
    not_expired: bool = False,
) -> list[Allocation]:
    """Return what goes back to the lots that transfers took from, in place of points of their own lots."""
    taken: dict[str, int] = {}
    for transfer, own in transfers:
        for each in work.tx.ledger.allocations_of(transfer.id):
            if each.lot not in own:
                taken[each.lot] = taken.get(each.lot, 0) - each.points
    without = {lot.id for lot in _lots_of_cancelled(work, taken)}
    without |= _expired_lots(work, taken) if not_expired else set()
    back: list[Allocation] = []
    for lot_id, share in taken.items():
        given = 0 if lot_id in without else min(points, share)
        if given > 0:
            back.append(Allocation(lot_id, Points(given)))
            points = Points(points - given)
    return back


def _expired_lots(work: PointsWork, lot_ids: Iterable[str]) -> set[str]:
    """Return the lots among these whose date has passed."""
    found = [work.tx.ledger.lot(lot_id) for lot_id in lot_ids]
    dates = {each[0].id: each[0].expires_at for each in found if each is not None}
    return {lot_id for lot_id, date in dates.items() if date is not None and date <= work.now}


def _lots_of(work: PointsWork, transfer_id: str) -> frozenset[str]:
    return frozenset(lot.id for lot in work.tx.ledger.lots_of_transfer(transfer_id))


def _own_lots(work: PointsWork, transfer: Transfer) -> frozenset[str] | None:
    """Return the lots of the cancelled award that a transfer takes back; None: it takes back no award."""
    if transfer.kind == "settle":
        return frozenset()
    about = None if transfer.related is None else work.tx.ledger.transfer(transfer.related)
    if transfer.kind == "take_back" and about is not None and about.related is not None:
        about = work.tx.ledger.transfer(about.related)
    if about is None or about.kind not in ("award", "add", "receive"):
        return None
    return _lots_of(work, about.id)


def _schedule_all(work: PointsWork, member_id: str, allocations: Iterable[Allocation]) -> None:
    for each in allocations:
        found = work.tx.ledger.lot(each.lot)
        if found is not None:
            schedule_again(work, member_id, found[0])


def _take_back(by: Transfer, cancelled: Transfer, points: Points, change: Balance) -> NewTransfer:
    return NewTransfer(
        new_id(),
        by.member,
        cancelled.wallet,
        "take_back",
        points,
        change,
        by.event,
        by.source,
        related=cancelled.id,
        comment=cancelled.comment,
    )
