"""What a store's members were at a moment in the past, and the events reported since: what a backtest replays.

Nobody kept the past as it was. Ledger, marks and events say it all the same, but for three things: attributes and
profile are taken as they are now, a late event of a day before counts as if it had been told then, and whose tier was
reviewed or changed since begins a period of it anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Select, Table, and_, func, select

from database.members import as_balance
from database.snapshots import taken
from database.tables import badge, balance, entry, event, issued_reward, lot, mark, member, progress, usage
from database.usage import PROGRAM
from loyalty.calendar import local_day
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.history import MemberRange, ReplayedEvent
from loyalty.store.limits import DailyUse
from loyalty.store.members import NO_POINTS, Balance, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import EntryKind, Lot, balance_change
from loyalty.tiers.standing import kept_until

Found: TypeAlias = Row[*tuple[Any, ...]]

PAGE = 2_000
"""Rows that are fetched at once."""

_NOT_REPORTED = [name for name in BUILT_IN if name != "member_registered"]


class History:
    """One store's past, since a moment that is the start of a local day there."""

    def __init__(self, connection: Connection, program: Program, *, since: datetime, until: datetime) -> None:
        self._connection = connection
        self._program = program
        self._store = program.store
        self._since = since
        self._until = until
        self._day = local_day(since, program.zone)

    def members_count(self) -> int:
        """How many members there are."""
        wanted = select(func.count()).select_from(member).where(member.c.store == self._store)
        return int(self._connection.execute(wanted).scalar_one())

    def parts(self, most: int) -> list[MemberRange]:
        """All members, in runs of at most so many."""
        ids = self._connection.execute(
            select(member.c.id).where(member.c.store == self._store).order_by(member.c.id)
        ).scalars()
        return [MemberRange(some[0], some[-1]) for some in ids.partitions(most)]

    def events_count(self) -> int:
        """How many events were reported since."""
        return int(self._connection.execute(self._reported(select(func.count()).select_from(event))).scalar_one())

    def events(self, members: MemberRange) -> Iterator[ReplayedEvent]:
        """The events that these members' systems reported since, in the order in which they came."""
        columns = (event.c.id, event.c.member, event.c.type, event.c.time, event.c.received_at, event.c.body)
        within = event.c.member.between(members.first, members.last)
        wanted = self._reported(select(*columns)).where(within).order_by(event.c.received_at, event.c.id)
        for row in self._connection.execution_options(yield_per=PAGE).execute(wanted):
            yield ReplayedEvent(*row)

    def openings(self, members: MemberRange) -> Iterator[MemberSnapshot]:
        """These members as they were."""
        entries = self._by_member(members, entry, entry.c.at >= self._since)
        lots = self._by_member(members, lot)
        past = _Past(
            program=self._program,
            since=self._since,
            day=self._day,
            goals={each.name: int(each.goal * MILLION) for each in self._program.achievements},
            tiers=self._first_tiers(members),
            completed_since=self._named_since(members, "achievement_completed", "achievement"),
            granted_since=self._named_since(members, "badge_granted", "badge"),
            balances=self._by_member(members, balance),
            entries=entries,
            lots=lots,
            badges=self._by_member(members, badge, badge.c.granted_at < self._since),
            marks=self._by_member(members, mark),
            progress=self._by_member(members, progress),
            used=self._by_member(members, usage, usage.c.day < self._day),
            issued=self._by_member(members, issued_reward, issued_reward.c.issued_at < self._since),
        )
        for row in self._rows(members, member, member.c.id):
            yield past.opening(row)

    def used_by_program(self) -> dict[str, dict[Any, DailyUse]]:
        """What firings had taken from limits of the whole program."""
        rows = self._connection.execute(
            select(usage).where(usage.c.store == self._store, usage.c.member == PROGRAM, usage.c.day < self._day)
        )
        return taken(list(rows))

    def _reported(self, wanted: Select[Any]) -> Select[Any]:
        return wanted.where(
            event.c.store == self._store,
            event.c.parent.is_(None),
            event.c.type.not_in(_NOT_REPORTED),
            event.c.received_at >= self._since,
            event.c.received_at < self._until,
        )

    def _rows(self, members: MemberRange, table: Table, key: Any, *where: Any) -> Sequence[Found]:
        within = and_(table.c.store == self._store, key.between(members.first, members.last), *where)
        return self._connection.execute(select(table).where(within)).all()

    def _by_member(self, members: MemberRange, table: Table, *where: Any) -> Mapping[str, list[Found]]:
        found: dict[str, list[Found]] = defaultdict(list)
        for row in self._rows(members, table, table.c.member, *where):
            found[row.member].append(row)
        return found

    def _caused_since(self, members: MemberRange, type_: str) -> Sequence[Found]:
        within = and_(
            event.c.store == self._store,
            event.c.type == type_,
            event.c.member.between(members.first, members.last),
            event.c.received_at >= self._since,
        )
        return self._connection.execute(
            select(event.c.member, event.c.body).where(within).order_by(event.c.received_at, event.c.id)
        ).all()

    def _first_tiers(self, members: MemberRange) -> Mapping[str, str | None]:
        """The tier that members had who changed it since."""
        first: dict[str, str | None] = {}
        for row in self._caused_since(members, "tier_changed"):
            first.setdefault(row.member, row.body["from"])
        return first

    def _named_since(self, members: MemberRange, type_: str, name: str) -> Mapping[str, Counter[str]]:
        """How often, since, events of a type named what."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self._caused_since(members, type_):
            found[row.member][row.body[name]] += 1
        return found


@dataclass(frozen=True, slots=True)
class _Past:
    """What is kept of some members, read at once, each by member."""

    program: Program
    since: datetime
    day: date
    goals: Mapping[str, int]
    """Of achievements, in millionths."""
    tiers: Mapping[str, str | None]
    completed_since: Mapping[str, Counter[str]]
    granted_since: Mapping[str, Counter[str]]
    balances: Mapping[str, list[Found]]
    entries: Mapping[str, list[Found]]
    lots: Mapping[str, list[Found]]
    badges: Mapping[str, list[Found]]
    marks: Mapping[str, list[Found]]
    progress: Mapping[str, list[Found]]
    used: Mapping[str, list[Found]]
    issued: Mapping[str, list[Found]]

    def opening(self, row: Found) -> MemberSnapshot:
        who = row.id
        known = Member(
            id=who,
            registered_at=row.registered_at,
            email=row.email,
            phone=row.phone,
            card=row.card,
            tier=self.tiers.get(who, row.tier),
            profile=row.profile,
            attributes=row.attributes,
        )
        if row.created_at >= self.since:
            return MemberSnapshot(MemberState(known), is_new=True)
        lots = self._lots(who)
        balances = self._balances(who, lots)
        coupons = (each for each in self.issued.get(who, ()) if each.expires_at is None or each.expires_at > self.since)
        account = MemberState(
            member=self._in_its_period(known, row, balances),
            balances=balances,
            badges=self._badges(who),
            lots={each.id: each for each in lots},
            daily_sums=self._marks(who),
            completed=self._completed(who),
            used=taken(self.used.get(who, ())),
            issued={each.id: {**each._mapping, "status": "issued"} for each in coupons},  # noqa: SLF001
        )
        return MemberSnapshot(account)

    def _in_its_period(self, known: Member, row: Found, balances: Mapping[str, Balance]) -> Member:
        """With what the tier's standing counted from, and until when it was kept, as far as that is known.

        A base above what was earned by then was set since, by a review; then everything counts. The period of a tier
        that was reviewed or changed since begins anew.
        """
        balance = balances.get(self.program.default_wallet.code, NO_POINTS)
        was_reviewed = row.tier_base > balance.earned
        base = Points(0 if was_reviewed else row.tier_base)
        if not was_reviewed and row.id not in self.tiers:
            return replace(known, tier_base=base, tier_until=row.tier_until)
        tier = self.program.tier_named(known.tier)
        until = None if tier is None else kept_until(self.program, tier, now=self.since)
        return replace(known, tier_base=base, tier_until=until)

    def _lots(self, who: str) -> list[Lot]:
        """The lots there were: pending ones whole, of the others what the active balance leaves to the latest."""
        entries = self.entries.get(who, ())
        activated = {each.lot for each in entries if each.kind == "activate"}
        pending: list[Lot] = []
        active: list[Found] = []
        for row in self.lots.get(who, ()):
            if row.created_at >= self.since or (row.expires_at is not None and row.expires_at <= self.since):
                continue
            if row.active_from is not None or row.id in activated:
                opens = row.active_from or min(e.at for e in entries if e.lot == row.id and e.kind == "activate")
                pending.append(Lot(row.id, row.wallet, row.points, row.points, opens, row.expires_at))
            else:
                active.append(row)
        left = {each.wallet: self._active_before(who, each) for each in self.balances.get(who, ())}
        lots: list[Lot] = []
        for row in sorted(active, key=_latest, reverse=True):
            share = min(row.points, left.get(row.wallet, 0))
            if share > 0:
                lots.append(Lot(row.id, row.wallet, row.points, Points(share), None, row.expires_at))
                left[row.wallet] -= share
        return [*lots, *pending]

    def _active_before(self, who: str, now: Found) -> int:
        """The active balance there was: what the first entry since began with, or else what there is."""
        since = [each for each in self.entries.get(who, ()) if each.wallet == now.wallet]
        if not since:
            return int(now.active)
        first = min(since, key=lambda each: each.id)
        return int(first.balance) - self._moves(first).active

    def _moves(self, row: Found) -> Balance:
        """What an entry did to its balance; an award of pending points left the active ones as they were."""
        kind: EntryKind = row.kind
        waiting = {each.id for each in self.lots.get(row.member, ()) if each.active_from is not None}
        waiting |= {each.lot for each in self.entries.get(row.member, ()) if each.kind == "activate"}
        return balance_change(kind, row.points, pending=row.lot in waiting)

    def _balances(self, who: str, lots: Sequence[Lot]) -> dict[str, Balance]:
        balances: dict[str, Balance] = {}
        for row in self.balances.get(who, ()):
            before = as_balance(row._mapping)  # noqa: SLF001 - a row has its mapping under no other name
            for each in self.entries.get(who, ()):
                if each.wallet == row.wallet:
                    before = before.minus(balance_change(each.kind, each.points, pending=False))
            mine = [each for each in lots if each.wallet == row.wallet]
            balances[row.wallet] = before._replace(
                active=Points(sum(each.remaining for each in mine if each.active_from is None)),
                pending=Points(sum(each.remaining for each in mine if each.active_from is not None)),
            )
        return balances

    def _badges(self, who: str) -> dict[str, int]:
        since = self.granted_since.get(who, Counter())
        return {each.badge: each.times - since[each.badge] for each in self.badges.get(who, ())}

    def _completed(self, who: str) -> dict[str, int]:
        since = self.completed_since.get(who, Counter())
        return {each.achievement: each.completed - since[each.achievement] for each in self.progress.get(who, ())}

    def _marks(self, who: str) -> dict[str, list[DailySum]]:
        """The marks there were. Completing uses up the oldest, so what completed since is undone at the latest."""
        since = self.completed_since.get(who, Counter())
        back = {name: times * self.goals.get(name, 0) for name, times in since.items()}
        marks: dict[str, list[DailySum]] = defaultdict(list)
        for row in sorted(self.marks.get(who, ()), key=lambda each: (each.day, each.value), reverse=True):
            unused = min(back.get(row.achievement, 0), row.used)
            back[row.achievement] = back.get(row.achievement, 0) - unused
            if row.day < self.day:
                marks[row.achievement].insert(0, DailySum(row.day, row.value, row.amount, row.used - unused))
        return dict(marks)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _latest(row: Found) -> tuple[datetime, str]:
    return row.expires_at or _NEVER, row.id
