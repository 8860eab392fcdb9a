"""Events that reverse others on every database: matched under the member's lock, many at once, once each."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.audit import audit
from database.programs import Programs
from database.tables import event
from loyalty.engine.acceptance import AcceptedEvent, IncomingEvent, accept_event
from loyalty.engine.batch_acceptance import Reported, accept_batch
from loyalty.engine.due_items import run_due_item
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import Refusal
from loyalty.store.events import StoredEvent
from loyalty.store.members import Identity
from loyalty.transactions.refusals import ReversedMissing
from tests.kit import programs

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PURCHASE = "event: order\nbody: {type: object, required: [number], properties: {number: {type: string}}}\n"
REFUND = """\
event: refund
body: {type: object, required: [order], properties: {order: {type: string}, share: {type: number}}}
"""
REVERSES = """\
reverses: {event: order, where: {number: {var: event.body.order}}, share: {var: [event.body.share, 1]}}
"""
POINTS = "reactor: points\non: order\nthen: [{award_points: {points: 100}}, {grant_badge: buyer}]\n"
FILES = {"events__order": PURCHASE, "events__refund": REFUND + REVERSES, "reactors__points": POINTS}


class Till:
    """A store on a database; events are of Ann."""

    def __init__(self, database: Database, stored: Programs, program: Program, revision: int) -> None:
        self.stored, self.program, self.revision = stored, program, revision
        self.database, self.activities = database, EventActivities(database, stored)
        self.store: Any = database.store(program.store)

    @classmethod
    async def open(cls, database: Database, **files: str) -> "Till":
        stored = Programs(database)
        program, revision, _ = await stored.deploy(programs.files(**FILES | files), by="test")
        return cls(database, stored, program, revision)

    def event(self, type_: str, external_id: str | None = None, **body: Any) -> IncomingEvent:
        email = {"email": "ann@example.com"}
        return IncomingEvent(type_, NOW, body, Identity(**email), email, external_id)

    async def report(self, type_: str, external_id: str | None = None, **body: Any) -> AcceptedEvent:
        incoming = self.event(type_, external_id, **body)

        def accept(tx: Transaction) -> AcceptedEvent:
            return accept_event(tx, self.program, self.revision, incoming, now=NOW)

        accepted: AcceptedEvent = await self.store.write(accept)
        return accepted

    async def batch(self, *events: IncomingEvent) -> Any:
        reported = [Reported(each) for each in events]

        def accept(tx: Transaction) -> Any:
            accepted = accept_batch(tx, self.program, self.revision, reported, owner="batch/1", now=NOW)
            tx.connection.execute(update(event).values(owner=None))  # no workflow runs them here
            return accepted

        return await self.store.write(accept)

    async def answer(self) -> None:
        """Run all that is in queues."""
        await self.activities.react_to_events(await self.store.read(_queued), NOW)

    async def points(self) -> int:
        (member,) = {each.member for each in await self.store.read(_all)}
        balances = await self.store.read(lambda tx: tx.members.balances(member))
        return int(balances["points"].active // 10**6) if "points" in balances else 0

    async def faults(self) -> list[Any]:
        """What the audit finds."""
        found = await self.store.read(
            lambda tx: audit(tx.connection, self.program.store, now=NOW, program=self.program)
        )
        return list(found.findings)


async def test_a_refund_in_parts_takes_back_its_share_and_badges_with_the_last(database: Database) -> None:
    till = await Till.open(database)
    await till.report("order", number="A")
    await till.answer()

    for left in (67, 34, 0):
        await till.report("refund", order="A", share=Decimal(1) / 3)
        await till.answer()
        assert await till.points() == left

    (member,) = {each.member for each in await till.store.read(_all)}
    assert await till.store.read(lambda tx: tx.members.badges(member)) == []
    assert await till.faults() == []


async def test_of_many_refunds_of_one_order_at_once_one_is_accepted(database: Database) -> None:
    till = await Till.open(database)
    await till.report("order", number="A")

    async def refund() -> str:
        try:
            return (await till.report("refund", order="A")).event_id
        except Refusal as refusal:
            return type(refusal).__name__

    found = await asyncio.gather(*(refund() for _ in range(6)))
    await till.answer()

    assert sorted(found)[1:] == ["MoreThanLeft"] * 5
    assert await till.points() == 0
    assert await till.faults() == []


async def test_a_refund_that_is_retried_many_times_at_once_gets_one_answer(database: Database) -> None:
    till = await Till.open(database)
    await till.report("order", number="A")

    found = await asyncio.gather(*(till.report("refund", "R", order="A") for _ in range(6)), return_exceptions=True)
    again = await till.report("refund", "R", order="A")

    ids = {each.event_id for each in found if isinstance(each, AcceptedEvent)}
    assert ids == {again.event_id}
    assert again.is_repeated


async def test_orders_and_refunds_reported_at_once_find_each_other(database: Database) -> None:
    till = await Till.open(database)
    await till.report("order", number="first")

    for number in range(5):
        order = f"A{number}"
        await asyncio.gather(till.report("order", number=order), till.report("refund", order=order))
        await till.answer()

    assert await till.points() == 100
    assert {each.status for each in await till.store.read(_all)} == {"applied"}


async def test_a_refund_that_waits_is_in_no_queue_and_joins_behind_what_came_meanwhile(database: Database) -> None:
    till = await Till.open(database)
    waiting = await till.report("refund", order="A")
    assert [each.type for each in waiting.to_start] == ["member_registered"]
    await till.answer()

    await till.report("order", number="B")
    await till.report("order", number="A")
    queued = [each.type for each in await till.store.read(_queued)]
    await till.answer()

    assert queued == ["order", "order", "refund"]
    assert await till.points() == 100
    assert await till.store.read(lambda tx: _due(tx, 8)) == []


async def test_a_refund_whose_order_does_not_come_in_seven_days_is_set_aside(database: Database) -> None:
    till = await Till.open(database)
    await till.report("refund", order="A")
    await till.answer()
    (item,) = await till.store.read(lambda tx: _due(tx, 7))

    def run(tx: Transaction) -> None:
        run_due_item(tx, till.program, till.revision, item, now=NOW + timedelta(days=7))

    with pytest.raises(ReversedMissing, match="no order of the member fits"):
        await till.store.write(run)


async def test_a_batch_stores_orders_and_refunds_in_their_order_and_refuses_what_is_too_much(
    database: Database,
) -> None:
    till = await Till.open(database)
    await till.report("refund", order="B")

    accepted = await till.batch(
        till.event("order", "A", number="A"),
        till.event("refund", "RA", order="A"),
        till.event("refund", "RA2", order="A"),
        till.event("order", "B", number="B"),
        till.event("refund", "RC", order="C"),
        till.event("refund", "RA", order="A"),
    )
    queued = [each.type for each in await till.store.read(_queued)]
    await till.answer()

    kinds = [each if isinstance(each, str) else type(each).__name__ for each in accepted.results]
    assert kinds[2] == "MoreThanLeft"
    assert kinds[1] == kinds[5]
    assert len(set(kinds)) == 5
    assert queued == ["member_registered", "order", "refund", "order", "refund"]
    assert accepted.outside == [kinds[4]]
    assert await till.points() == 0
    assert await till.faults() == []


async def test_an_order_from_before_the_program_had_refunds_is_found(database: Database) -> None:
    till = await Till.open(database, events__refund=REFUND)
    await till.report("order", number="A")
    await till.answer()
    till.program, till.revision, _ = await till.stored.deploy(programs.files(**FILES), by="test")

    await till.report("refund", order="A")
    await till.answer()

    assert await till.points() == 0


def _queued(tx: ReadTransaction) -> list[EventRef]:
    columns = [event.c[name] for name in ("store", "id", "type", "member", "revision")]
    wanted = select(*columns).where(event.c.position.is_not(None)).order_by(event.c.position)
    return [EventRef(*row) for row in tx.connection.execute(wanted)]


def _all(tx: ReadTransaction) -> list[StoredEvent]:
    ids = tx.connection.execute(select(event.c.id).where(event.c.parent.is_(None))).scalars().all()
    return [each for each in map(tx.events.get, ids) if each is not None]


def _due(tx: ReadTransaction, days: int) -> Any:
    found = tx.due_items.due(now=NOW + timedelta(days=days), limit=10)
    return [each for each in found if each.kind == "reversal_missed"]
