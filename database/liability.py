"""The liability of a store by a scan of its ledger: sums by wallet and month of earning, as of a past day.

It reads the whole ledger. `database.analytics.liability` gives the same result from counted figures. Every figure goes
by the moment of booking: what is left now, less what was booked after the day. So later bookings do not change what was
shown before.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from database.damaged import DamagedInstant
from database.sums import sum_in_halves, whole_sum
from database.tables import account, allocation, event, lot, revision, transfer
from database.test_members import ids_of_test_members
from loyalty.calendar import add_months, local_day, start_of
from loyalty.points.liability import (
    Costs,
    Liability,
    LiabilityRequest,
    MovementSum,
    OutstandingSum,
    liability,
    movement_of_stored,
)
from loyalty.program.wallets import Points
from program_files import ProgramFaults, read_revision

PROGRAM_FILES = ("program.yaml", "program.yml", "program.json")


def scan_liability(connection: Connection, store: str, request: LiabilityRequest, zone: tzinfo) -> Liability:
    """Return the liability of a store, whose time zone is `zone`."""
    sums = LedgerSums(connection, store, zone, request)
    outstanding = sums.outstanding()
    costs = costs_of(connection, store, {each.revision for each in outstanding})
    return liability(request, outstanding, sums.moved(), sums.owed(), costs)


class LedgerSums:
    """Sums of the ledger of one store, by a scan of it."""

    def __init__(self, connection: Connection, store: str, zone: tzinfo, request: LiabilityRequest) -> None:
        self._connection = connection
        self._store = store
        self._end = _end_of(request.day, zone)
        self._since, self._until = start_of(request.first, zone), _end_of(request.last, zone)
        self._months = self._months_until(max(self._end, self._until), zone)
        starts = [start_of(each, zone) for each in self._months]
        self._month = _index_of(lot.c.created_at, starts)

    def outstanding(self) -> list[OutstandingSum]:
        """Return what was left of lots at the end of the day."""
        since = _since(self._store, self._end)
        activated = _activated_since(self._store, self._end)
        left = lot.c.remaining - func.coalesce(since.c.points, 0)
        held = lot.c.held - func.coalesce(since.c.held, 0)
        was_pending = or_(lot.c.active_from.is_not(None), activated.c.lot.is_not(None))
        source = (
            lot.outerjoin(since, since.c.lot == lot.c.id)
            .outerjoin(activated, activated.c.lot == lot.c.id)
            .outerjoin(event, and_(event.c.id == lot.c.event, event.c.store == lot.c.store))
        )
        deployed = func.coalesce(event.c.revision, self._revision_at(lot.c.created_at))
        amounts = (case((was_pending, 0), else_=left), case((was_pending, left), else_=0), held)
        wanted = self._grouped(source, (deployed,), amounts, lot.c.created_at < self._end, or_(left != 0, held != 0))
        return [OutstandingSum(wallet, month, int(number), *parts) for wallet, month, (number,), parts in wanted]

    def moved(self) -> list[MovementSum]:
        """Return the points added and taken in the period."""
        return [*self._added(), *self._taken()]

    def _added(self) -> list[MovementSum]:
        """Return the points added by lots in the period."""
        source = lot.outerjoin(transfer, transfer.c.id == lot.c.transfer)
        kind = func.coalesce(transfer.c.kind, literal("award"))
        within = and_(lot.c.created_at >= self._since, lot.c.created_at < self._until)
        wanted = self._grouped(source, (kind,), (lot.c.points,), within)
        return [
            MovementSum.of(wallet, month, movement, points)
            for wallet, month, (kind,), (points,) in wanted
            if (movement := movement_of_stored(kind, None)) is not None
        ]

    def _taken(self) -> list[MovementSum]:
        """Return the points that transfers took from lots permanently in the period."""
        about = transfer.alias("about")
        source = (
            transfer.join(allocation, allocation.c.transfer == transfer.c.id)
            .join(lot, lot.c.id == allocation.c.lot)
            .outerjoin(about, about.c.id == transfer.c.related)
        )
        within = and_(transfer.c.store == self._store, transfer.c.at >= self._since, transfer.c.at < self._until)
        kind = case(
            (transfer.c.kind.in_(("award", "add")), "cancel"), else_=transfer.c.kind
        )  # a migration's correction
        amount = allocation.c.points + allocation.c.held
        wanted = self._grouped(source, (kind, about.c.kind), (amount,), within)
        return [
            MovementSum.of(wallet, month, movement, points)
            for wallet, month, (moved, about_kind), (points,) in wanted
            if (movement := movement_of_stored(moved, about_kind)) is not None
        ]

    def owed(self) -> Mapping[str, Points]:
        """Return the debt of members at the end of the day, by wallet."""
        found: dict[str, Points] = {}
        now = select(account.c.wallet, *sum_in_halves(account.c.owed)).where(
            account.c.store == self._store, account.c.member.not_in(ids_of_test_members(self._store))
        )
        later = select(transfer.c.wallet, *sum_in_halves(-transfer.c.owed)).where(
            transfer.c.store == self._store,
            transfer.c.at >= self._end,
            transfer.c.member.not_in(ids_of_test_members(self._store)),
        )
        for statement, column in ((now, account.c.wallet), (later, transfer.c.wallet)):
            for wallet, *halves in self._connection.execute(statement.group_by(column)):
                found[wallet] = Points(found.get(wallet, 0) + whole_sum(halves))
        return found

    def _grouped(
        self,
        source: FromClause,
        keys: Sequence[ColumnElement[Any]],
        amounts: Sequence[ColumnElement[Any]],
        *where: ColumnElement[bool],
    ) -> list[tuple[str, date, tuple[Any, ...], tuple[Points, ...]]]:
        """Return sums of amounts by wallet, month of earning and keys."""
        inner = (
            select(
                lot.c.wallet,
                self._month.label("month"),
                *(key.label(f"key_{n}") for n, key in enumerate(keys)),
                *(amount.label(f"amount_{n}") for n, amount in enumerate(amounts)),
            )
            .select_from(source)
            .where(lot.c.store == self._store, lot.c.member.not_in(ids_of_test_members(self._store)), *where)
            .subquery("sums")
        )
        by = [inner.c.wallet, inner.c.month, *(inner.c[f"key_{n}"] for n in range(len(keys)))]
        sums = [half for n in range(len(amounts)) for half in sum_in_halves(inner.c[f"amount_{n}"])]
        rows = self._connection.execute(select(*by, *sums).group_by(*by)).all()
        width = 2 + len(keys)
        return [
            (
                row[0],
                self._months[row[1]],
                tuple(row[2:width]),
                tuple(Points(whole_sum(halves)) for halves in zip(row[width::2], row[width + 1 :: 2], strict=True)),
            )
            for row in rows
        ]

    def _months_until(self, until: datetime, zone: tzinfo) -> list[date]:
        """Return the first days of the months in which lots were added, and those between."""
        earliest = select(func.min(lot.c.created_at)).where(lot.c.store == self._store)
        first = self._connection.execute(earliest).scalar_one_or_none()
        while isinstance(first, DamagedInstant):
            later = earliest.where(type_coerce(lot.c.created_at, String) > first.stored)
            first = self._connection.execute(later).scalar_one_or_none()
        last = local_day(until, zone)
        month = (last if first is None else min(last, local_day(first, zone))).replace(day=1)
        months = []
        while month <= last:
            months.append(month)
            month = add_months(month, 1)
        return months

    def _revision_at(self, moment: ColumnElement[datetime]) -> ColumnElement[int]:
        """Return the number of the revision in force at a moment: for lots without a stored event."""
        rows = self._connection.execute(
            select(revision.c.deployed_at, revision.c.number)
            .where(revision.c.store == self._store)
            .order_by(revision.c.number)
        ).all()
        if not rows:
            return literal(0)
        numbers = [number for _, number in rows]
        index = _index_of(moment, [deployed_at for deployed_at, _ in rows])
        return cast(index + numbers[0], Integer) if numbers == list(range(numbers[0], numbers[-1] + 1)) else literal(0)


def _index_of(moment: ColumnElement[datetime], starts: Sequence[datetime], first: int = 0) -> ColumnElement[int]:
    """Return the index of the last of these ordered moments that is not after a moment; 0 before them all."""
    if len(starts) == 1:
        return literal(first)
    middle = len(starts) // 2
    earlier, later = _index_of(moment, starts[:middle], first), _index_of(moment, starts[middle:], first + middle)
    return case((moment < starts[middle], earlier), else_=later)


def _since(store: str, moment: datetime) -> Any:
    """Select the changes of lots since."""
    return (
        select(
            allocation.c.lot, func.sum(allocation.c.points).label("points"), func.sum(allocation.c.held).label("held")
        )
        .join(transfer, transfer.c.id == allocation.c.transfer)
        .where(transfer.c.store == store, transfer.c.at >= moment)
        .group_by(allocation.c.lot)
        .subquery("since")
    )


def _activated_since(store: str, moment: datetime) -> Any:
    """Select the lots that became active since."""
    return (
        select(transfer.c.lot)
        .where(transfer.c.store == store, transfer.c.at >= moment, transfer.c.kind == "activate")
        .group_by(transfer.c.lot)
        .subquery("activated")
    )


def _end_of(day: date, zone: tzinfo) -> datetime:
    return start_of(day + timedelta(days=1), zone)


def costs_of(connection: Connection, store: str, numbers: set[int]) -> Costs:
    """Return the costs of wallets under revisions, by their `program.yaml`; none for an unreadable one."""
    found: dict[tuple[int, str], Decimal] = {}
    for number in sorted(numbers):
        here = (revision.c.store == store, revision.c.number == number)
        files = connection.execute(select(revision.c.files).where(*here)).scalar_one_or_none() or {}
        program = {name: text.encode() for name, text in files.items() if name in PROGRAM_FILES}
        try:
            wallets = read_revision(program).wallets.values() if program else ()
        except ProgramFaults:
            continue
        found |= {(number, each.code): each.cost for each in wallets if each.cost is not None}
    return found
