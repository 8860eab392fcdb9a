"""The past of a store, for backtests: its members as they were at a moment, and the events reported since."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, Table, and_, case, func, or_, select, union

from database.ledger_history import allocations_of, lots_before, transfers_of
from database.member_ranges import in_range
from database.past import (
    ContributedSince,
    LateSince,
    LotChange,
    Past,
    StoredBalance,
    StoredLot,
    StoredSum,
    place_before,
    used_before,
)
from database.past_bodies import bodies_of
from database.past_freezes import frozen_at
from database.past_operations import PastOperations, activations, by_hand
from database.queries import columns_of
from database.returnable import ReturnablePasts, count_as_before, programs_of, returnable_types, returning_types
from database.tables import (
    account,
    allocation,
    badge,
    contribution,
    counted_sale,
    customer_transaction,
    event,
    issued_reward,
    lot,
    mark,
    member,
    member_tier,
    progress,
    transfer,
    usage,
)
from database.usage import PROGRAM, StoredUse, UsageByReactor, by_reactor
from loyalty.calendar import local_day
from loyalty.engine.past_operations import PastOperation
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.achievements import MILLION, AchievementCompletions
from loyalty.store.history import MemberRange, ReplayedEvent, RewardsBefore
from loyalty.store.members import Balance, GrantedBadge, StoredMember
from loyalty.store.returnable import ReturnablePast
from loyalty.store.rewards import IssuedReward
from loyalty.store.tiers import CountedSale, TierPlace

T = TypeVar("T")

PAGE = 2_000
"""Rows that are fetched at once."""

_MAX_WAIT = timedelta(days=7)
"""How long an event may wait for its turn, or be set aside, and still count at its time of application."""

_NOT_REPORTED = [name for name in BUILT_IN if name not in ("member_registered", "transaction", "transaction_returned")]


class History:
    """The past of one store since a moment, which is the start of a local day there."""

    def __init__(
        self,
        connection: Connection,
        program: Program,
        *,
        since: datetime,
        until: datetime,
        planned: Program | None = None,
    ) -> None:
        """Set up; `planned`: another program under which the events are replayed; it may reverse other events."""
        programs = (program,) if planned is None else (program, planned)
        self._returning = sorted(returning_types(*programs))
        self._pasts = ReturnablePasts(connection, program.store, sorted(returnable_types(*programs)), before=since)
        self._connection = connection
        self._program = program
        self._store = program.store
        self._since = since
        self._until = until
        self._day = local_day(since, program.zone)
        self._operations = PastOperations(connection, self._store, since=since, until=until)

    def members_count(self) -> int:
        """Return how many members the store has."""
        wanted = select(func.count()).select_from(member).where(member.c.store == self._store)
        return int(self._connection.execute(wanted).scalar_one())

    def member_ranges(self, most: int) -> list[MemberRange]:
        """Return ranges of at most `most` members, which together cover all of them."""
        ids = self._connection.execute(
            select(member.c.id).where(member.c.store == self._store).order_by(member.c.id)
        ).scalars()
        return [MemberRange(some[0], some[-1]) for some in ids.partitions(most)]

    def events_count(self) -> int:
        """Return how many events `events` returns for all members."""
        return int(self._connection.execute(self._reported(select(func.count()).select_from(event))).scalar_one())

    def removed_until(self) -> datetime | None:
        """Return when the last event whose body was removed was received; None: all bodies exist."""
        removed = (event.c.store == self._store, self._applied_since(), event.c.removed_at.is_not(None))
        last: datetime | None = self._connection.execute(select(func.max(event.c.received_at)).where(*removed)).scalar()
        return last

    def events(self, members: MemberRange) -> Iterator[ReplayedEvent]:
        """Return the events of these members that were reported and were applied since the moment, in order of receipt.

        An event that was not applied, or failed, counts at its time of receipt.
        """
        within = in_range(event.c.member, members)
        wanted = self._reported(select(*columns_of(ReplayedEvent, event))).where(within)
        in_order = wanted.order_by(event.c.received_at, event.c.id)
        for row in self._connection.execution_options(yield_per=PAGE).execute(in_order):
            yield ReplayedEvent(*row)

    def operations(self, members: MemberRange) -> list[PastOperation]:
        """Return the operations on points and rewards that were asked for since for these members, in order."""
        return self._operations.of(members)

    def rewards_before(self) -> RewardsBefore:
        """Return the supply of rewards at the moment."""
        return self._operations.rewards_before()

    def moves_between_members(self) -> bool:
        """Return whether points were sent from one member to another since, or that was cancelled."""
        return self._operations.move_between_members()

    def snapshots(self, members: MemberRange) -> Iterator[MemberSnapshot]:
        """Return these members as they were."""
        pasts = self._pasts.of(event.c.member.in_(self._returning_since(members)))
        past = Past(
            program=self._program,
            since=self._since,
            day=self._day,
            goals={each.name: int(each.goal * MILLION) for each in self._program.achievements},
            tiers=self._first_tiers(members),
            places=self._places(members),
            counted_sales=self._counted_sales(members, pasts),
            pasts=pasts,
            contributed=self._contributed_since(members),
            completed_since=self._completed_since(members),
            granted_since=self._granted_since(members),
            balances=self._by_member(members, StoredBalance, account),
            changes=self._changes_since(members),
            late=self._late_since(members),
            activated=self._activated_since(members),
            lots=self._by_member(members, StoredLot, lot, lots_before(members, self._since), order_by=lot.c.id),
            allocations=self._allocations_since(members),
            with_history=frozenset(row[0] for row in self._connection.execute(self._with_history(members))),
            transfers=transfers_of(self._connection, *self._before(members)),
            allocated=allocations_of(self._connection, *self._before(members)),
            badges=self._by_member(members, GrantedBadge, badge, badge.c.granted_at < self._since),
            daily_sums=self._by_member(members, StoredSum, mark),
            completions=self._by_member(members, AchievementCompletions, progress),
            used=self._by_member(members, StoredUse, usage, usage.c.day < self._day),
            issued=self._by_member(members, IssuedReward, issued_reward, issued_reward.c.issued_at < self._since),
            frozen=frozen_at(self._connection, self._store, members, self._since),
        )
        within = (member.c.store == self._store, in_range(member.c.id, members))
        for row in self._connection.execute(select(*columns_of(StoredMember, member)).where(*within)).all():
            yield past.snapshot(StoredMember(*row))

    def other_programs(self, snapshots: Iterable[MemberSnapshot]) -> dict[int, Program | None]:
        """Return the programs under which the returnable events of members were decided, by their revisions."""
        return programs_of(self._connection, self._store, (each.past for each in snapshots))

    def used_by_program(self) -> UsageByReactor:
        """Return what firings had used of limits of the whole program."""
        rows = self._connection.execute(
            select(*columns_of(StoredUse, usage)).where(
                usage.c.store == self._store, usage.c.member == PROGRAM, usage.c.day < self._day
            )
        )
        stored, since = [StoredUse(*row) for row in rows], ContributedSince.nothing()
        if stored:  # the events since are read only then
            earlier = (contribution.c.kind == "program", contribution.c.day < self._day)
            since.add(self._contributions_since(*earlier), "program")
        return by_reactor(used_before(stored, since))

    def _reported(self, wanted: Select[Any]) -> Select[Any]:
        return wanted.where(
            event.c.store == self._store,
            event.c.parent.is_(None),
            event.c.type.not_in(_NOT_REPORTED),
            event.c.received_at < self._until,
            self._applied_since(),
        )

    def _applied_since(self) -> ColumnElement[bool]:
        """Return the condition that an event was applied since, or received since and not applied; indexed."""
        return and_(
            event.c.received_at >= self._since - _MAX_WAIT,
            func.coalesce(event.c.settled_at, event.c.received_at, type_=event.c.received_at.type) >= self._since,
        )

    def _contributions_since(self, *where: ColumnElement[bool]) -> list[tuple[Any, ...]]:
        """Return the contributions of events since, by member and measure."""
        columns = (event.c.member, contribution.c.kind, contribution.c.name, contribution.c.day, contribution.c.value)
        sums = (func.sum(contribution.c.amount), func.sum(contribution.c.times))
        within = (event.c.store == self._store, self._applied_since(), *where)
        joined = select(*columns, *sums).join(event, event.c.id == contribution.c.event)
        return [tuple(row) for row in self._connection.execute(joined.where(*within).group_by(*columns))]

    def _contributed_since(self, members: MemberRange) -> Mapping[str, ContributedSince]:
        """Return the contributions of events of these members since, without limits of the program."""
        found: dict[str, ContributedSince] = defaultdict(ContributedSince.nothing)
        within = in_range(event.c.member, members)
        for row in self._contributions_since(within):
            found[row[0]].add([row], "member")
        return found

    def _by_member(
        self,
        members: MemberRange,
        record: type[T],
        table: Table,
        *where: ColumnElement[bool],
        order_by: ColumnElement[Any] | None = None,
    ) -> Mapping[str, list[T]]:
        within = and_(table.c.store == self._store, in_range(table.c.member, members), *where)
        wanted = select(table.c.member, *columns_of(record, table)).where(within).order_by(order_by)
        found: dict[str, list[T]] = defaultdict(list)
        for member_id, *columns in self._connection.execute(wanted):
            found[member_id].append(record(*columns))
        return found

    def _changes_since(self, members: MemberRange) -> Mapping[tuple[str, str], Balance]:
        """Return the changes of balances by transfers since, by member and wallet."""
        sums = [func.sum(transfer.c[part]) for part in Balance._fields]
        rows = self._connection.execute(
            select(transfer.c.member, transfer.c.wallet, *sums)
            .where(*self._transfers_since(members))
            .group_by(transfer.c.member, transfer.c.wallet)
        )
        return {
            (member_id, wallet): Balance(*(Points(int(part)) for part in parts)) for member_id, wallet, *parts in rows
        }

    def _late_since(self, members: MemberRange) -> Mapping[str, LateSince]:
        """Return what was booked since for tier periods that had ended, by member."""
        sums = [
            func.coalesce(func.sum(case((transfer.c.counts_at < end, transfer.c.qualifying), else_=0)), 0)
            for end in (member.c.reviewed_at, member.c.reviewed_since)
        ]
        rows = self._connection.execute(
            select(transfer.c.member, *sums)
            .join(member, member.c.id == transfer.c.member)
            .where(
                *self._transfers_since(members),
                transfer.c.wallet == self._program.default_wallet.code,
                transfer.c.counts_at < member.c.reviewed_at,
            )
            .group_by(transfer.c.member)
        )
        return {member_id: LateSince(int(all_), int(earlier)) for member_id, all_, earlier in rows}

    def _activated_since(self, members: MemberRange) -> Mapping[str, datetime]:
        """Return when lots became active since, by id."""
        return activations(self._connection, *self._transfers_since(members))

    def _allocations_since(self, members: MemberRange) -> Mapping[str, LotChange]:
        """Return the changes of lots by transfers since, by the ids of the lots."""
        sums = (func.sum(allocation.c.points), func.sum(allocation.c.held))
        rows = self._connection.execute(
            select(allocation.c.lot, *sums)
            .join(transfer, transfer.c.id == allocation.c.transfer)
            .where(*self._transfers_since(members))
            .group_by(allocation.c.lot)
        )
        return {lot_id: LotChange(int(points), int(held)) for lot_id, points, held in rows}

    def _with_history(self, members: MemberRange) -> CompoundSelect[Any]:
        """Select the members with points on hold, with transfers by operations or holds, or with returns since."""
        moved = (*self._transfers_since(members), or_(by_hand(), transfer.c.kind == "release"))
        holding = (account.c.store == self._store, in_range(account.c.member, members))
        return union(
            select(transfer.c.member).where(*moved),
            select(account.c.member).where(*holding, account.c.held > 0),
            self._returning_since(members),
        )

    def _returning_since(self, members: MemberRange) -> Select[Any]:
        """Select the members with an event that took something back since."""
        within = (event.c.store == self._store, in_range(event.c.member, members))
        return select(event.c.member).where(*within, event.c.type.in_(self._returning), self._applied_since())

    def _before(self, members: MemberRange) -> tuple[ColumnElement[bool], ...]:
        """Select the earlier transfers of members with history."""
        return (
            transfer.c.store == self._store,
            transfer.c.member.in_(self._with_history(members)),
            transfer.c.at < self._since,
        )

    def _transfers_since(self, members: MemberRange) -> tuple[ColumnElement[bool], ...]:
        return (
            transfer.c.store == self._store,
            in_range(transfer.c.member, members),
            transfer.c.at >= self._since,
        )

    def _bodies_since(self, members: MemberRange, type_: str, *keys: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return the member and body of each event of a type since; without those that lack one of these keys."""
        within = (in_range(event.c.member, members), self._applied_since())
        return bodies_of(self._connection, event.c.store == self._store, event.c.type == type_, *within, keys=keys)

    def _first_tiers(self, members: MemberRange) -> Mapping[str, str | None]:
        """Return the tiers at the moment of those members whose tier changed since."""
        first: dict[str, str | None] = {}
        for member_id, body in self._bodies_since(members, "tier_changed", "from"):
            if "tier_set" not in body:
                first.setdefault(member_id, body["from"])
        return first

    def _places(self, members: MemberRange) -> Mapping[str, dict[str, TierPlace]]:
        """Return the places of members in the tier sets beside the default one, by member and set."""
        changed: dict[tuple[str, str], str | None] = {}
        for member_id, body in self._bodies_since(members, "tier_changed", "from"):
            if "tier_set" in body:
                changed.setdefault((member_id, body["tier_set"]), body["from"])
        within = (member_tier.c.store == self._store, in_range(member_tier.c.member, members))
        columns = (member_tier.c.member, member_tier.c.tier_set, *columns_of(TierPlace, member_tier))
        found: dict[str, dict[str, TierPlace]] = defaultdict(dict)
        for member_id, name, *stored in self._connection.execute(select(*columns).where(*within)):
            place = TierPlace(*stored)
            then = changed.get((member_id, name), place.tier)
            found[member_id][name] = place_before(place, then, since=self._since)
        return found

    def _counted_sales(
        self, members: MemberRange, pasts: Mapping[str, ReturnablePast]
    ) -> Mapping[str, list[CountedSale]]:
        """Return the counted sales of members before the moment; those returned since count by share."""
        found = self._by_member(members, CountedSale, counted_sale, counted_sale.c.at < self._since)
        here = (event.c.store == self._store, in_range(event.c.member, members), self._applied_since())
        wanted = select(customer_transaction.c.linked_number).join(event, event.c.id == customer_transaction.c.event)
        numbers = set(self._connection.scalars(wanted.where(*here, customer_transaction.c.document_type == "return")))
        changed = {member: count_as_before(found.get(member, []), past, numbers) for member, past in pasts.items()}
        return {**found, **changed}

    def _completed_since(self, members: MemberRange) -> Mapping[str, Counter[str]]:
        """Return the completions of each achievement since, less those taken back by hand."""
        found = self._counts_since(members, "achievement_completed", "achievement")
        keys = ("achievement", "completed", "previous_completed")
        for member_id, body in self._bodies_since(members, "achievement_progress_set", *keys):
            found[member_id][body["achievement"]] += min(0, body["completed"] - body["previous_completed"])
        for member_id, name, times in self._taken_back_since(members, "counted"):
            found[member_id][name] += times
        return found

    def _taken_back_since(self, members: MemberRange, kind: str) -> list[tuple[str, str, int]]:
        """Return how many completions, or badges of each name, returns took back since: negative, by member."""
        columns = (event.c.member, contribution.c.name)
        within = (event.c.store == self._store, in_range(event.c.member, members))
        joined = select(*columns, func.sum(contribution.c.times)).join(event, event.c.id == contribution.c.event)
        taken = joined.where(*within, event.c.type.in_(self._returning), self._applied_since())
        taken = taken.where(contribution.c.kind == kind, contribution.c.times < 0)
        rows = self._connection.execute(taken.group_by(*columns))
        return [(member_id, name, int(times)) for member_id, name, times in rows]

    def _granted_since(self, members: MemberRange) -> Mapping[str, Counter[str]]:
        """Return how many badges of each kind were granted since, or set by hand."""
        found = self._counts_since(members, "badge_granted", "badge")
        for member_id, body in self._bodies_since(members, "badges_set", "badge", "times", "previous_times"):
            found[member_id][body["badge"]] += body["times"] - body["previous_times"]
        for member_id, name, times in self._taken_back_since(members, "badge"):
            found[member_id][name] += times
        return found

    def _counts_since(self, members: MemberRange, type_: str, key: str) -> dict[str, Counter[str]]:
        """Return how often events of a type since have each value of a key in their body, by member."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for member_id, body in self._bodies_since(members, type_, key):
            found[member_id][body[key]] += 1
        return found
