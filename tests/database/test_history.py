"""The past, read from what was kept since: as it was, to the lot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from activities.events import EventActivities
from database import Database, Transaction
from database.history import History, MemberRange
from database.members import Identity
from database.programs import Programs
from loyalty.calendar import start_of
from loyalty.engine.due_items import run_due_items
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.events import NewEvent
from tests import programs
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


@dataclass
class Played:
    """A store whose time is told: events answered, deadlines done, by the steps of production."""

    database: Database
    reactions: EventActivities
    program: Program
    revision: int
    now: datetime

    async def register(self, email: str) -> str:
        member_id = new_id()

        def add(tx: Transaction) -> None:
            tx.members.register(
                Identity(email=email),
                member_id=member_id,
                profile={},
                attributes={},
                tier="bronze",
                password_hash=None,
                registered_at=self.now,
                now=self.now,
            )

        await self.database.store(self.program.store).write(add)
        await self.report(member_id, "member_registered", {})
        return member_id

    async def report(self, member_id: str, type_: str, body: Mapping[str, Any]) -> None:
        new = NewEvent(new_id(), type_, member_id, self.now, body, self.revision)
        await self.database.store(self.program.store).write(lambda tx: tx.events.add(new, now=self.now))
        ref = EventRef(self.program.store, new.id, type_, member_id, self.revision)
        await self.reactions.react_to_events([ref], self.now)

    async def wait(self, days: int) -> None:
        until = self.now + timedelta(days=days)
        store = self.database.store(self.program.store)
        while (due := await store.read(lambda tx: tx.due_items.earliest())) is not None and due <= until:
            self.now = max(self.now, due)
            rung = await store.write(lambda tx: run_due_items(tx, self.program, self.revision, now=self.now))
            await self.reactions.react_to_events(rung.due, self.now)
        self.now = until

    async def openings(self, since: datetime) -> Mapping[str, MemberSnapshot]:
        """Every member as they were."""
        found = await self._history(
            since, lambda history: [o for part in history.parts(2) for o in history.openings(part)]
        )
        return {opening.state.member.id: opening for opening in found}

    async def events(self, since: datetime) -> list[ReplayedEvent]:
        def read(history: History) -> list[ReplayedEvent]:
            (everybody,) = history.parts(100)
            return list(history.events(everybody))

        found: list[ReplayedEvent] = await self._history(since, read)
        return found

    async def _history(self, since: datetime, work: Any) -> Any:
        def run(connection: Connection) -> Any:
            until = self.now + timedelta(seconds=1)
            return work(History(connection, self.program, since=since, until=until))

        return await self.database.access_read(lambda access: run(access.connection))

    def midnight(self) -> datetime:
        """The start of the next day, to which nothing more happens."""
        return start_of(self.now.astimezone(self.program.zone).date() + timedelta(days=1), self.program.zone)


@pytest.fixture
async def played(database: Database) -> Played:
    files = programs.files(
        **{
            "reactors__points-for-purchase": PURCHASES,
            "reactors__refunds": REFUNDS,
            "reactors__later": LATER,
            "reactors__gift": GIFT,
            "rewards__free-coffee": COFFEE,
            "events__refund": REFUND,
            "achievements__shopper": SHOPPER,
        }
    )
    known = Programs(database)
    program, revision, _ = await known.deploy(files, by="test")
    return Played(database, EventActivities(database, known), program, revision, FIRST)


async def some_weeks(played: Played, ann: str, bob: str) -> None:
    """Purchases, refunds, pending points, coupons, a tier or two, and days on which points expire."""
    for week in range(5):
        await played.report(ann, "purchase", {"total": 60 + 40 * week})
        await played.report(bob, "purchase", {"total": 30})
        await played.wait(2)
        await played.report(ann, "app_login", {})
        await played.report(bob, "refund", {"total": 12})
        await played.wait(5)


async def test_members_are_read_as_they_were(played: Played) -> None:
    ann, bob = await played.register("ann@example.com"), await played.register("bob@example.com")
    await some_weeks(played, ann, bob)
    await played.report(ann, "app_login", {})
    then = played.midnight()
    before = await played.openings(then)
    used = await played._history(then, lambda history: history.used_by_program())

    await played.wait(1)
    eve = await played.register("eve@example.com")
    await some_weeks(played, ann, bob)
    await played.report(ann, "refund", {"total": 300})
    await some_weeks(played, bob, eve)
    after = await played.openings(then)

    assert after.pop(eve).is_new
    assert await played._history(then, lambda history: history.used_by_program()) == used
    for who in (ann, bob):
        was, read = before[who].state, after[who].state
        assert read.balances == was.balances
        assert {lot.id: lot for lot in read.lots.values()} == {lot.id: lot for lot in was.lots.values()}
        assert (read.member.tier, read.badges, read.used) == (was.member.tier, was.badges, was.used)
        assert (read.daily_sums, read.completed) == (was.daily_sums, was.completed)
        assert after[who].state.issued.keys() == before[who].state.issued.keys()
    assert before[ann].state.balances["points"].active > 0
    assert before[ann].state.balances["points"].pending > 0
    assert before[ann].state.member.tier == "silver"
    assert before[ann].state.issued


async def test_what_was_reported_is_read_in_the_order_in_which_it_came(played: Played) -> None:
    ann, bob = await played.register("ann@example.com"), await played.register("bob@example.com")
    await played.wait(3)
    then = played.midnight()
    await played.wait(1)

    await some_weeks(played, ann, bob)

    events = await played.events(then)
    assert [event.type for event in events[:4]] == ["purchase", "purchase", "app_login", "refund"]
    assert {event.type for event in events} == {"purchase", "app_login", "refund"}, "nothing caused, nothing due"
    assert [event.received_at for event in events] == sorted(event.received_at for event in events)
    assert len(events) == 20


async def test_members_come_in_parts_of_which_none_overlaps(played: Played) -> None:
    ids = sorted([await played.register(f"m{n}@example.com") for n in range(5)])

    parts = await played._history(FIRST, lambda history: history.parts(2))

    assert parts == [MemberRange(ids[0], ids[1]), MemberRange(ids[2], ids[3]), MemberRange(ids[4], ids[4])]
