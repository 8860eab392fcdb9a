"""A store on a real database whose clock a test moves, and files for its program."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.audit import audit
from database.history import History
from database.tables import event, transfer
from loyalty.calendar import start_of
from loyalty.engine.past_operations import PastOperation
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from tests.kit.due_items import run_due_items
from workbench.backtest import ReplayedEvent

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PURCHASES = """\
reactor: points-for-purchase
on: purchase
then:
  - award_points: {points: {var: event.body.total}}
limits: [{per: member, every: month, points: 5000}, {per: program, every: year, points: 100000}]
"""
REFUNDS = "reactor: refunds\non: refund\nthen: [{deduct_points: {points: {var: event.body.total}}}]\n"
REFUND = "event: refund\nbody: {type: object, required: [total], properties: {total: {type: number}}}\n"
LATER = """\
reactor: later
on: app_login
then: [{award_points: {points: 7, pending: 3d, expires: {after: 30d}}}]
"""
GIFT = """\
reactor: gift
on: purchase
when: {">": [{var: event.body.total}, 90]}
then: [{issue_reward: free-coffee}, {grant_badge: big}, {set_attribute: {name: big, value: true}}]
"""
COFFEE = "reward: free-coffee\ntitle: A free coffee\ncoupon: {value: 10, type: money, valid: 20d}\n"
SHOPPER = "achievement: shopper\non: purchase\ngoal: 3\nrepeat: unlimited\nthen: [{award_points: {points: 20}}]\n"


NO_PROFILE: Mapping[str, Any] = {}


@dataclass
class ScriptedStore:
    """A store at a time that the test sets: the activities of production answer its events and run its due items."""

    database: Database
    reactions: EventActivities
    program: Program
    revision: int
    now: datetime

    async def register(
        self, email: str, *, phone: str | None = None, card: str | None = None, profile: Mapping[str, Any] = NO_PROFILE
    ) -> str:
        """Add a member, whose id is returned, and answer the event that says so."""
        member_id = new_id()

        def add(tx: Transaction) -> None:
            tx.members.register(
                Identity(email=email, phone=phone, card=card),
                member_id=member_id,
                profile=profile,
                attributes={},
                tier="bronze",
                password_hash=None,
                registered_at=self.now,
                now=self.now,
            )

        await self.database.store(self.program.store).write(add)
        await self.report(member_id, "member_registered", {})
        return member_id

    async def report(
        self, member_id: str, type_: str, body: Mapping[str, Any], *, time: datetime | None = None
    ) -> EventRef:
        """Store an event at the store's time, and answer it with all that it causes; `time`: when it happened."""
        new = NewEvent(new_id(), type_, member_id, time or self.now, body, self.revision)
        await self.database.store(self.program.store).write(lambda tx: tx.events.add(new, now=self.now))
        ref = EventRef(self.program.store, new.id, type_, member_id, self.revision)
        await self.reactions.react_to_events([ref], self.now)
        return ref

    async def operate(self, operation: Callable[..., Any], *arguments: Any, source: str = "admin") -> Any:
        """Run an operation at the store's time, and answer the events that it records; return its result."""

        def run(tx: Transaction) -> tuple[Any, list[EventRef]]:
            context = OperationContext(tx, self.program, self.revision, self.now, source)
            return operation(context, *arguments), context.to_start

        result, recorded = await self.database.store(self.program.store).write(run)
        await self.reactions.react_to_events(recorded, self.now)
        return result

    async def last_transfer(self, member_id: str, kind: str) -> str:
        """Return the id of a member's last transfer of a kind."""
        wanted = select(transfer.c.id).where(transfer.c.member == member_id, transfer.c.kind == kind)
        last = wanted.order_by(transfer.c.number.desc()).limit(1)
        found = await self.database.access_read(lambda access: access.connection.execute(last).scalar_one())
        return str(found)

    async def events_of(self, member_id: str) -> list[str]:
        """Return the types of a member's events, in the order of their acceptance."""
        wanted = select(event.c.type).where(event.c.member == member_id).order_by(event.c.received_at, event.c.id)
        return list(await self.database.access_read(lambda access: access.connection.execute(wanted).scalars().all()))

    async def findings(self) -> list[str]:
        """Return what an audit of the store finds."""
        found = await self.database.access_read(
            lambda access: audit(access.connection, self.program.store, program=self.program, now=self.now)
        )
        return [str(each) for each in found.findings]

    async def wait(self, days: int) -> None:
        """Move the clock, and run what falls due on the way."""
        until = self.now + timedelta(days=days)
        store = self.database.store(self.program.store)
        while (due := await store.read(lambda tx: tx.due_items.earliest())) is not None and due <= until:
            self.now = max(self.now, due)
            batch = await run_due_items(self.database, self.now, store=self.program.store)
            await self.reactions.react_to_events(batch.due, self.now)
            await self.relay()
        self.now = until

    async def relay(self) -> None:
        """Answer the events that are left in queues, such as further ones that a due item recorded."""

        def read(tx: ReadTransaction) -> list[EventRef]:
            columns = [event.c[name] for name in ("store", "id", "type", "member", "revision")]
            queued = select(*columns).where(event.c.position.is_not(None)).order_by(event.c.position)
            return [EventRef(*row) for row in tx.connection.execute(queued)]

        if queued := await self.database.store(self.program.store).read(read):
            await self.reactions.react_to_events(queued, self.now)

    async def snapshots(self, since: datetime) -> Mapping[str, MemberSnapshot]:
        """Every member as they were at a moment, by id, read from the history."""
        found = await self._history(
            since, lambda history: [o for part in history.member_ranges(2) for o in history.snapshots(part)]
        )
        return {opening.state.member.id: opening for opening in found}

    async def openings(self, since: datetime) -> tuple[Mapping[str, MemberSnapshot], Mapping[int, Program | None]]:
        """Every member as they were at a moment, and the programs of other revisions that a replay needs."""

        def read(history: History) -> Any:
            found = [each for part in history.member_ranges(100) for each in history.snapshots(part)]
            return {each.state.member.id: each for each in found}, history.other_programs(found)

        openings: tuple[Any, Any] = await self._history(since, read)
        return openings

    async def events(self, since: datetime) -> list[ReplayedEvent]:
        """The reported events since a moment, as a backtest reads them."""

        def read(history: History) -> list[ReplayedEvent]:
            (everybody,) = history.member_ranges(100)
            return list(history.events(everybody))

        found: list[ReplayedEvent] = await self._history(since, read)
        return found

    async def operations(self, since: datetime) -> list[PastOperation]:
        """The operations since a moment, as a backtest reads them."""

        def read(history: History) -> list[PastOperation]:
            (everybody,) = history.member_ranges(100)
            return history.operations(everybody)

        found: list[PastOperation] = await self._history(since, read)
        return found

    async def _history(self, since: datetime, work: Any) -> Any:
        def run(connection: Connection) -> Any:
            until = self.now + timedelta(seconds=1)
            return work(History(connection, self.program, since=since, until=until))

        return await self.database.access_read(lambda access: run(access.connection))

    def midnight(self) -> datetime:
        """The start of the next day, until which nothing more happens."""
        return start_of(self.now.astimezone(self.program.zone).date() + timedelta(days=1), self.program.zone)
