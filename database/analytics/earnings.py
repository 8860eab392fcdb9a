"""Changes of lots by transfers, by the month in which the points were added and the revision that added them.

A change counts on the day of its transfer, permanently: a lot keeps its month, and whether it was pending at a transfer
follows from that transfer and from the one that activated it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, literal, select

from database.queries import Queries
from database.tables import allocation, event, lot, revision, transfer
from database.unreadable import damage_of
from loyalty.analytics.figures import EarnedFigure
from loyalty.points.liability import ADDING, movement_of_stored

_CHUNK = 400
"""Ids in one statement."""

NO_REVISION = 0


class EarnedKey(NamedTuple):
    """The key by which changes of lots are counted: a wallet's figure, by month of earning, revision and local day."""

    figure: EarnedFigure
    day: date
    wallet: str
    month: date
    revision: int


class _Moved(NamedTuple):
    """A transfer that changes lots."""

    id: str
    account: str
    number: int
    kind: Any
    about: Any
    at: datetime
    pending: int
    lot: str | None


class _Change(NamedTuple):
    """A change of one lot by a transfer; `added`: the transfer created the lot."""

    transfer: str
    lot: str
    wallet: str
    created_at: datetime
    active_from: datetime | None
    made_by: str
    revision: int | None
    points: int
    held: int
    added: bool


_LOT = (lot.c.id, lot.c.wallet, lot.c.created_at, lot.c.active_from, lot.c.transfer, event.c.revision)
_ABOUT = transfer.alias("about")
_ACTIVATION = transfer.alias("activation")


class LotChanges(Queries):
    """Reads the changes of lots by transfers of one store."""

    def of(self, ids: Sequence[str], zone: ZoneInfo) -> Iterator[tuple[str, EarnedKey, int]]:
        """Yield the counted changes of these transfers: the transfer, the key, and the points.

        Damaged rows are skipped.
        """
        deployed = self._deployments()
        for first in range(0, len(ids), _CHUNK):
            some = ids[first : first + _CHUNK]
            moved = {each.id: each for each in self._moved(some)}
            changes = [each for each in self._changes(some) if each.transfer in moved]
            activated = self._activations(changes, moved)
            for change in changes:
                by = moved[change.transfer]
                pending = _was_pending(change, by, activated)
                yield from self._keyed(by, change, zone, deployed, _parts(by, change, pending=pending))
            yield from self._activated(moved, zone, deployed)

    def _moved(self, ids: Sequence[str]) -> Iterator[_Moved]:
        columns = [getattr(transfer.c, name) for name in _Moved._fields if name != "about"]
        columns.insert(4, _ABOUT.c.kind)
        wanted = select(*columns).outerjoin(_ABOUT, _ABOUT.c.id == transfer.c.related)
        for row in self.connection.execute(wanted.where(transfer.c.id.in_(ids))):
            if damage_of(row, (row.number, row.pending)) is None:
                yield _Moved(*row)

    def _changes(self, ids: Sequence[str]) -> Iterator[_Change]:
        """Yield the lots that transfers created, and their changes of other lots."""
        made = select(lot.c.transfer, *_LOT, lot.c.points, literal(0), literal(value=True)).select_from(_lots())
        alike = and_(lot.c.id.in_(ids), lot.c.transfer == lot.c.id)
        apart = and_(lot.c.transfer.in_(ids), lot.c.transfer != lot.c.id)
        changed = select(allocation.c.transfer, *_LOT, allocation.c.points, allocation.c.held, literal(value=False))
        changed = changed.select_from(allocation.join(lot, lot.c.id == allocation.c.lot).outerjoin(event, _OF_LOT))
        for wanted in (made.where(alike), made.where(apart), changed.where(allocation.c.transfer.in_(ids))):
            for row in self.connection.execute(wanted):
                change = _Change(*row)
                if damage_of(change, (change.points, change.held)) is None:
                    yield change

    def _activations(self, changes: Iterable[_Change], moved: Mapping[str, _Moved]) -> Mapping[str, _Moved]:
        """Return the activating transfer of lots that may have been pending at some of these changes."""
        asked = {each.made_by for each in changes if moved[each.transfer].pending and each.active_from is None}
        found: dict[str, _Moved] = {}
        columns = [getattr(_ACTIVATION.c, name) for name in _Moved._fields if name != "about"]
        columns.insert(4, literal(None))
        every = sorted(asked)
        for first in range(0, len(every), _CHUNK):
            here = (_ACTIVATION.c.related.in_(every[first : first + _CHUNK]), _ACTIVATION.c.kind == "activate")
            for row in self.connection.execute(select(*columns).where(*here)):
                each = _Moved(*row)
                if each.lot is not None and damage_of(each, (each.number,)) is None:
                    found[each.lot] = each
        return found

    def _activated(
        self, moved: Mapping[str, _Moved], zone: ZoneInfo, deployed: Sequence[tuple[datetime, int]]
    ) -> Iterator[tuple[str, EarnedKey, int]]:
        """Yield the lots that became active."""
        by_lot = {each.lot: each for each in moved.values() if each.kind == "activate" and each.lot is not None}
        wanted = select(lot.c.transfer, *_LOT, literal(0), literal(0), literal(value=False)).select_from(_lots())
        for row in self.connection.execute(wanted.where(lot.c.id.in_(by_lot))) if by_lot else ():
            change = _Change(*row)
            if damage_of(change) is None:
                by = by_lot[change.lot]
                amounts: list[tuple[EarnedFigure, int]] = [("pending", by.pending), ("active", -by.pending)]
                yield from self._keyed(by, change, zone, deployed, amounts)

    def _keyed(
        self,
        by: _Moved,
        change: _Change,
        zone: ZoneInfo,
        deployed: Sequence[tuple[datetime, int]],
        amounts: Iterable[tuple[EarnedFigure, int]],
    ) -> Iterator[tuple[str, EarnedKey, int]]:
        month = local_date(change.created_at, zone).replace(day=1)
        number = change.revision if change.revision is not None else _revision_at(change.created_at, deployed)
        day = local_date(by.at, zone)
        for figure, amount in amounts:
            if amount:
                yield by.id, EarnedKey(figure, day, change.wallet, month, number), amount

    def _deployments(self) -> Sequence[tuple[datetime, int]]:
        """Return when each revision was deployed, in order."""
        wanted = select(revision.c.deployed_at, revision.c.number).where(revision.c.store == self.store)
        rows = self.connection.execute(wanted.order_by(revision.c.number))
        return [(row.deployed_at, row.number) for row in rows if damage_of(row) is None]


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local day of a moment; at the limits of the calendar, the day in UTC."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()


_OF_LOT = and_(event.c.id == lot.c.event, event.c.store == lot.c.store)


def _lots() -> Any:
    return lot.outerjoin(event, _OF_LOT)


def _was_pending(change: _Change, by: _Moved, activated: Mapping[str, _Moved]) -> bool:
    """Return whether a lot was pending when a transfer changed it."""
    if not by.pending or change.active_from is not None:
        return bool(by.pending)
    activation = activated.get(change.lot)
    if activation is None:
        return False
    if activation.account == by.account:
        return by.number < activation.number
    return by.at <= activation.at  # they belong to two members who were merged between them


def _parts(by: _Moved, change: _Change, *, pending: bool) -> Iterator[tuple[EarnedFigure, int]]:
    """Yield the points that a change of a lot adds to each figure."""
    yield ("pending" if pending else "active"), change.points
    yield "held", change.held
    is_correction = not change.added and by.kind in ("award", "add")  # by a migration
    movement = "cancelled" if is_correction else movement_of_stored(by.kind, by.about)
    if movement is not None:
        outstanding = change.points + change.held
        yield movement, outstanding if movement in ADDING else -outstanding


def _revision_at(moment: datetime, deployed: Sequence[tuple[datetime, int]]) -> int:
    """Return the revision that was in force at a moment: for lots without a stored event."""
    if not deployed:
        return NO_REVISION
    place = bisect_right([at for at, _ in deployed], moment)
    return deployed[max(place - 1, 0)][1]
