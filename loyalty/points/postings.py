"""Movements of points as transfers with their allocations; all points are moved by these functions.

Each returns the transfers that it posted, in order. They take no lock: the caller holds the lock of the member.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from loyalty.ids import caused_id
from loyalty.points.dates import activated, activation_counts_at
from loyalty.points.ledger import due_items_of_lot
from loyalty.points.refusals import NotEnoughPoints
from loyalty.program.program import Program
from loyalty.program.wallets import Points, Wallet
from loyalty.store.due_items import DueTimes
from loyalty.store.members import NOTHING, Balance
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, Transfer
from loyalty.store.repositories import StoreReaders, StoreRepositories

Taking: TypeAlias = Literal["deduct", "spend", "send", "hold", "take_back"]


class PointsWork(Protocol):
    """The unit of work in which points are moved: an event's step, a due item, or an operation."""

    @property
    def tx(self) -> StoreRepositories: ...
    @property
    def program(self) -> Program: ...
    @property
    def now(self) -> datetime: ...

    def schedule(self, subject: str, due: DueTimes, *, member: str) -> None: ...
    def unschedule(self, subject: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points are moved: the event that causes it, and the requester."""

    event: str
    source: str
    comment: str = ""
    external_id: str | None = None


def spendable_points(work: PointsWork, member_id: str, wallet: str) -> Points:
    """Return what a member can spend now: active points whose date has not passed, less open debt."""
    return spendable_at(work.tx, member_id, wallet, now=work.now)


def spendable_at(tx: StoreReaders, member_id: str, wallet: str, *, now: datetime) -> Points:
    """Return what a member can spend at a moment, as `spendable_points`; negative if they owe more."""
    account = tx.ledger.account(member_id, wallet)
    if account is None or account.balance.active == 0:
        return NOTHING
    return Points(account.balance.net - tx.ledger.overdue(member_id, wallet, now=now))


def add_lots(
    work: PointsWork,
    member_id: str,
    lots: Sequence[Lot],
    new: NewTransfer,
) -> list[Posted]:
    """Add lots by one transfer, schedule their due items, and pay open debt with them."""
    for lot in lots:
        work.tx.ledger.add_lot(lot, member_id=member_id, event_id=new.event, now=work.now)
    posted = work.tx.ledger.post(new, now=work.now)
    for lot in lots:
        work.schedule(lot.id, due_items_of_lot(work.program, lot, now=work.now), member=member_id)
    return [posted, *(settle(work, posted.transfer) if posted.after.owed else [])]


def take(
    work: PointsWork,
    kind: Taking,
    member_id: str,
    wallet: Wallet,
    points: Points,
    transfer_id: str,
    cause: Cause,
    *,
    ends_at: datetime | None = None,
    counts_as_spent: bool = True,
) -> Posted:
    """Take points from lots, those that expire first; raise NotEnoughPoints, without taking any, if there are fewer."""
    available = spendable_points(work, member_id, wallet.code)
    if available < points:
        raise NotEnoughPoints(wallet.code, wallet.amount(available), wallet.amount(points))
    lots = work.tx.ledger.spendable(member_id, wallet.code, now=work.now, enough=points)
    is_hold = kind == "hold"
    allocations = [_taken(lot, share, held=is_hold) for lot, share in shares(lots, points)]
    less = Points(-points)
    spent = _spent(kind, points) if counts_as_spent else NOTHING
    change = Balance(active=less, held=points) if is_hold else Balance(active=less, spent=spent)
    new = NewTransfer(
        transfer_id,
        member_id,
        wallet.code,
        kind,
        points,
        change,
        cause.event,
        cause.source,
        comment=cause.comment,
        external_id=cause.external_id,
        ends_at=ends_at,
    )
    posted = work.tx.ledger.post(new, allocations, now=work.now)
    unschedule_empty(work, lots, allocations)
    return posted


def shares(lots: Sequence[Lot], points: Points) -> list[tuple[Lot, Points]]:
    """Divide points over lots, in their order, as far as the lots cover them."""
    found: list[tuple[Lot, Points]] = []
    for lot in lots:
        share = Points(min(points, lot.remaining))
        if share > 0:
            found.append((lot, share))
            points = Points(points - share)
    return found


def activate(work: PointsWork, member_id: str, lot: Lot, cause: Cause, *, was_late: bool = False) -> list[Posted]:
    """Make a pending lot active now, and pay open debt with it. `was_late`: its expiry counts from now."""
    active = activated(lot, now=work.now, zone=work.program.zone, was_late=was_late)
    work.tx.ledger.change_lot(active)
    points = lot.remaining
    new = NewTransfer(
        caused_id(lot.id, "activate"),
        member_id,
        lot.wallet,
        "activate",
        points,
        Balance(pending=Points(-points), active=points, qualifying=points if lot.qualifies else NOTHING),
        cause.event,
        cause.source,
        related=lot.transfer or lot.id,
        comment=cause.comment,
        lot=lot.id,
        counts_at=activation_counts_at(work.program.wallets.get(lot.wallet), lot, now=work.now),
    )
    posted = work.tx.ledger.post(new, now=work.now)
    work.unschedule(lot.id)
    work.schedule(lot.id, due_items_of_lot(work.program, active, now=work.now), member=member_id)
    return [posted, *(settle(work, posted.transfer) if posted.after.owed else [])]


def expire(work: PointsWork, member_id: str, lot: Lot, transfer_id: str, cause: Cause) -> Posted:
    """Expire what is left of a lot, active or pending."""
    less = Points(-lot.remaining)
    change = Balance(active=less) if lot.active_from is None else Balance(pending=less)
    new = NewTransfer(
        transfer_id,
        member_id,
        lot.wallet,
        "expire",
        lot.remaining,
        change._replace(expired=lot.remaining),
        cause.event,
        cause.source,
        related=lot.transfer or lot.id,
        comment=cause.comment,
        lot=lot.id,
    )
    posted = work.tx.ledger.post(new, [Allocation(lot.id, less)], now=work.now)
    work.unschedule(lot.id)
    return posted


def give_back(work: PointsWork, new: NewTransfer, allocations: Sequence[Allocation]) -> Posted:
    """Put points back into lots by one transfer, and schedule the lots again. They pay no debt before `settle`."""
    posted = work.tx.ledger.post(new, allocations, now=work.now)
    for each in allocations:
        found = work.tx.ledger.lot(each.lot)
        if found is not None:
            schedule_again(work, new.member, found[0])
    return posted


def schedule_again(work: PointsWork, member_id: str, lot: Lot) -> None:
    """Store the due items of a lot that was changed; a warning whose time has passed is not sent again."""
    before = work.program.notify_before.points
    warned = (
        before is not None
        and lot.expires_at is not None
        and before.before(lot.expires_at, work.program.zone) < work.now
    )
    work.unschedule(lot.id)
    work.schedule(lot.id, due_items_of_lot(work.program, lot, warned=warned, now=work.now), member=member_id)


def unschedule_empty(work: PointsWork, lots: Iterable[Lot], allocations: Sequence[Allocation]) -> None:
    """Remove the due items of lots that these allocations empty."""
    changes = {each.lot: each.points for each in allocations}
    for lot in lots:
        if lot.remaining + changes.get(lot.id, 0) == 0:
            work.unschedule(lot.id)


def settle(work: PointsWork, transfer: Transfer) -> list[Posted]:
    """Pay open debt with the points that a transfer has made active."""
    return [] if transfer.change.active <= 0 else settle_debt(work, transfer)


def settle_debt(work: PointsWork, transfer: Transfer) -> list[Posted]:
    """Pay open debt of the account of a transfer with all that can be spent there."""
    account = work.tx.ledger.account(transfer.member, transfer.wallet)
    if account is None or account.balance.owed == 0:
        return []
    overdue = work.tx.ledger.overdue(transfer.member, transfer.wallet, now=work.now)
    points = Points(min(account.balance.owed, account.balance.active - overdue))
    if points <= 0:
        return []
    lots = work.tx.ledger.spendable(transfer.member, transfer.wallet, now=work.now, enough=points)
    allocations = [_taken(lot, share, held=False) for lot, share in shares(lots, points)]
    less = Points(-points)
    new = NewTransfer(
        caused_id(transfer.id, "settle"),
        transfer.member,
        transfer.wallet,
        "settle",
        points,
        Balance(active=less, owed=less),
        transfer.event,
        transfer.source,
        related=transfer.id,
    )
    settled = work.tx.ledger.post(new, allocations, now=work.now)
    unschedule_empty(work, lots, allocations)
    return [settled]


def _taken(lot: Lot, share: Points, *, held: bool) -> Allocation:
    return Allocation(lot.id, Points(-share), share if held else NOTHING)


def _spent(kind: Taking, points: Points) -> Points:
    return points if kind in ("deduct", "spend") else NOTHING
