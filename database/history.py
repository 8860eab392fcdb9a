"""The past of a store, for backtests: its members as they were at a moment, and the events that were reported since."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select

from database.past import LotChange, Past, StoredBalance, StoredLot, StoredSum
from database.queries import columns_of
from database.tables import (
    account,
    allocation,
    badge,
    event,
    issued_reward,
    lot,
    mark,
    member,
    progress,
    transfer,
    usage,
)
from database.usage import PROGRAM, StoredUse, UsageByReactor, by_reactor
from loyalty.calendar import local_day
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.achievements import MILLION, AchievementCompletions
from loyalty.store.history import MemberRange, ReplayedEvent
from loyalty.store.members import Balance, GrantedBadge, StoredMember
from loyalty.store.rewards import IssuedReward

T = TypeVar("T")

PAGE = 2_000
"""Rows that are fetched at once."""

_NOT_REPORTED = [name for name in BUILT_IN if name != "member_registered"]


class History:
    """The past of one store since a moment, which is the start of a local day there."""

    def __init__(self, connection: Connection, program: Program, *, since: datetime, until: datetime) -> None:
        self._connection = connection
        self._program = program
        self._store = program.store
        self._since = since
        self._until = until
        self._day = local_day(since, program.zone)

    def members_count(self) -> int:
        """Return how many members the store has."""
        wanted = select(func.count()).select_from(member).where(member.c.store == self._store)
        return int(self._connection.execute(wanted).scalar_one())

    def member_ranges(self, most: int) -> list[MemberRange]:
        """Return ranges of at most `most` members, which together are all of them."""
        ids = self._connection.execute(
            select(member.c.id).where(member.c.store == self._store).order_by(member.c.id)
        ).scalars()
        return [MemberRange(some[0], some[-1]) for some in ids.partitions(most)]

    def events_count(self) -> int:
        """Return how many events were reported since."""
        return int(self._connection.execute(self._reported(select(func.count()).select_from(event))).scalar_one())

    def events(self, members: MemberRange) -> Iterator[ReplayedEvent]:
        """Return the events that were reported since for these members, in the order they were received."""
        within = event.c.member.between(members.first, members.last)
        wanted = self._reported(select(*columns_of(ReplayedEvent, event))).where(within)
        in_order = wanted.order_by(event.c.received_at, event.c.id)
        for row in self._connection.execution_options(yield_per=PAGE).execute(in_order):
            yield ReplayedEvent(*row)

    def snapshots(self, members: MemberRange) -> Iterator[MemberSnapshot]:
        """Return these members as they were."""
        past = Past(
            program=self._program,
            since=self._since,
            day=self._day,
            goals={each.name: int(each.goal * MILLION) for each in self._program.achievements},
            tiers=self._first_tiers(members),
            completed_since=self._counts_since(members, "achievement_completed", "achievement"),
            granted_since=self._counts_since(members, "badge_granted", "badge"),
            balances=self._by_member(members, StoredBalance, account),
            changes=self._changes_since(members),
            activated=self._activated_since(members),
            lots=self._by_member(members, StoredLot, lot, lot.c.created_at < self._since, order_by=lot.c.id),
            allocations=self._allocations_since(members),
            badges=self._by_member(members, GrantedBadge, badge, badge.c.granted_at < self._since),
            daily_sums=self._by_member(members, StoredSum, mark),
            completions=self._by_member(members, AchievementCompletions, progress),
            used=self._by_member(members, StoredUse, usage, usage.c.day < self._day),
            issued=self._by_member(members, IssuedReward, issued_reward, issued_reward.c.issued_at < self._since),
        )
        within = (member.c.store == self._store, member.c.id.between(members.first, members.last))
        for row in self._connection.execute(select(*columns_of(StoredMember, member)).where(*within)).all():
            yield past.snapshot(StoredMember(*row))

    def used_by_program(self) -> UsageByReactor:
        """Return what firings had taken from limits of the whole program."""
        rows = self._connection.execute(
            select(*columns_of(StoredUse, usage)).where(
                usage.c.store == self._store, usage.c.member == PROGRAM, usage.c.day < self._day
            )
        )
        return by_reactor(StoredUse(*row) for row in rows)

    def _reported(self, wanted: Select[Any]) -> Select[Any]:
        return wanted.where(
            event.c.store == self._store,
            event.c.parent.is_(None),
            event.c.type.not_in(_NOT_REPORTED),
            event.c.received_at >= self._since,
            event.c.received_at < self._until,
        )

    def _by_member(
        self,
        members: MemberRange,
        record: type[T],
        table: Table,
        *where: ColumnElement[bool],
        order_by: ColumnElement[Any] | None = None,
    ) -> Mapping[str, list[T]]:
        within = and_(table.c.store == self._store, table.c.member.between(members.first, members.last), *where)
        wanted = select(table.c.member, *columns_of(record, table)).where(within).order_by(order_by)
        found: dict[str, list[T]] = defaultdict(list)
        for member_id, *columns in self._connection.execute(wanted):
            found[member_id].append(record(*columns))
        return found

    def _changes_since(self, members: MemberRange) -> Mapping[tuple[str, str], Balance]:
        """What transfers since added to balances, by member and wallet."""
        sums = [func.sum(transfer.c[part]) for part in Balance._fields]
        rows = self._connection.execute(
            select(transfer.c.member, transfer.c.wallet, *sums)
            .where(*self._transfers_since(members))
            .group_by(transfer.c.member, transfer.c.wallet)
        )
        return {
            (member_id, wallet): Balance(*(Points(int(part)) for part in parts)) for member_id, wallet, *parts in rows
        }

    def _activated_since(self, members: MemberRange) -> Mapping[str, datetime]:
        """When lots became active since, by their ids."""
        rows = self._connection.execute(
            select(transfer.c.lot, transfer.c.at).where(*self._transfers_since(members), transfer.c.kind == "activate")
        )
        return dict(rows.all())

    def _allocations_since(self, members: MemberRange) -> Mapping[str, LotChange]:
        """What transfers since added to lots, by the ids of the lots."""
        sums = (func.sum(allocation.c.points), func.sum(allocation.c.held))
        rows = self._connection.execute(
            select(allocation.c.lot, *sums)
            .join(transfer, transfer.c.id == allocation.c.transfer)
            .where(*self._transfers_since(members))
            .group_by(allocation.c.lot)
        )
        return {lot_id: LotChange(int(points), int(held)) for lot_id, points, held in rows}

    def _transfers_since(self, members: MemberRange) -> tuple[ColumnElement[bool], ...]:
        return (
            transfer.c.store == self._store,
            transfer.c.member.between(members.first, members.last),
            transfer.c.at >= self._since,
        )

    def _bodies_since(self, members: MemberRange, type_: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The member and body of each event of a type since, in the order they were received."""
        within = and_(
            event.c.store == self._store,
            event.c.type == type_,
            event.c.member.between(members.first, members.last),
            event.c.received_at >= self._since,
        )
        rows = self._connection.execute(
            select(event.c.member, event.c.body).where(within).order_by(event.c.received_at, event.c.id)
        )
        return [(member_id, body) for member_id, body in rows]

    def _first_tiers(self, members: MemberRange) -> Mapping[str, str | None]:
        """The tiers at the moment of those members whose tier changed since."""
        first: dict[str, str | None] = {}
        for member_id, body in self._bodies_since(members, "tier_changed"):
            first.setdefault(member_id, body["from"])
        return first

    def _counts_since(self, members: MemberRange, type_: str, key: str) -> Mapping[str, Counter[str]]:
        """How often events of a type since have each value of a key in their body, by member."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for member_id, body in self._bodies_since(members, type_):
            found[member_id][body[key]] += 1
        return found
