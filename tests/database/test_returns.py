"""Sales and returns on every database: by the activities of production, many at once, and the ledger adds up."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.audit import audit
from database.programs import Programs
from database.tables import event
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import Refusal
from loyalty.store.members import Identity, Member
from loyalty.transactions.assigning import assign_unassigned
from loyalty.transactions.operations import register_transaction
from tests.kit import programs
from tests.kit.shop import document, item

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
POINTS = """\
reactor: points
on: transaction
when: {"!=": [{var: member.tier}, gold]}
then: [{award_points: {points: {var: event.body.gross_value}}}, {grant_badge: buyer}, {issue_reward: coffee}]
limits: [{per: member, every: day, points: 1000}]
"""
CUPS = "achievement: cups\non: transaction\ngoal: 1\nrepeat: unlimited\nthen: [{award_points: {points: 7}}]\n"
COFFEE = "reward: coffee\ntitle: Coffee\ncoupon: {value: 1, type: money, valid: 20d}\n"
FILES = {"reactors__points": POINTS, "achievements__cups": CUPS, "rewards__coffee": COFFEE}


class Till:
    """A store on a database with one member, Ann."""

    def __init__(self, database: Database, stored: Programs, program: Program, revision: int) -> None:
        self.database, self.program, self.revision = database, program, revision
        self.stored = stored
        self.activities = EventActivities(database, stored)
        self.member = new_id()

    @classmethod
    async def open(cls, database: Database) -> "Till":
        stored = Programs(database)
        program, revision, _ = await stored.deploy(programs.files(**FILES), by="test")
        till = cls(database, stored, program, revision)

        await till.register(till.member, "ann@example.com")
        return till

    async def register(self, member_id: str, email: str) -> None:
        def run(tx: Transaction) -> None:
            tx.members.register(
                Identity(email=email),
                member_id=member_id,
                profile={},
                attributes={},
                tier="bronze",
                password_hash=None,
                registered_at=NOW,
                now=NOW,
            )

        await self.store.write(run)

    @property
    def store(self) -> Any:
        return self.database.store(self.program.store)

    async def report(
        self, number: str, *items: Any, sale: str | None = None, email: str = "ann@example.com"
    ) -> list[EventRef]:
        """Store a document; return the events that it recorded."""
        kind: Any = {} if sale is None else {"type": "return", "linked_number": sale}
        named = email if sale is None else None
        told = document(number, *items, now=NOW + timedelta(hours=sale is not None), email=named, **kind)

        def run(tx: Transaction) -> list[EventRef]:
            operation = self.operation(tx)
            register_transaction(operation, told)
            return operation.to_start

        recorded: list[EventRef] = await self.store.write(run)
        return recorded

    def operation(self, tx: Transaction) -> OperationContext:
        return OperationContext(tx, self.program, self.revision, NOW, "admin")

    async def answer(self, recorded: list[EventRef]) -> None:
        await self.activities.react_to_events(recorded, NOW)

    async def read(self, work: Callable[[ReadTransaction], Any]) -> Any:
        return await self.store.read(work)

    async def balance(self) -> dict[str, int]:
        balances = await self.read(lambda tx: tx.members.balances(self.member))
        balance = balances.get("points")
        return {} if balance is None else {name: each // 10**6 for name, each in balance._asdict().items() if each}

    async def faults(self) -> list[Any]:
        """What the audit finds."""
        found = await self.read(lambda tx: audit(tx.connection, self.program.store, now=NOW, program=self.program))
        return list(found.findings)


async def test_a_sale_and_its_returns_leave_the_ledger_whole_and_nothing_else(database: Database) -> None:
    till = await Till.open(database)
    await till.answer(await till.report("A", item("beans", 2), "cup"))
    assert (await till.balance())["active"] == 57

    await till.answer(await till.report("R1", "beans", sale="A"))
    assert (await till.balance())["active"] == 37
    assert await till.faults() == []
    await till.answer(await till.report("R2", "beans", "cup", sale="A"))

    assert await till.balance() == {}
    assert await till.faults() == []
    badges = await till.read(lambda tx: tx.members.badges(till.member))
    (issued,) = await till.read(lambda tx: tx.rewards.of_member(till.member))
    assert (badges, issued.status) == ([], "canceled")


async def test_of_many_returns_of_one_line_at_once_one_is_taken(database: Database) -> None:
    till = await Till.open(database)
    await till.answer(await till.report("A", "beans", "cup"))

    async def give_back(number: int) -> Any:
        try:
            return await till.report(f"R{number}", "beans", sale="A")
        except Refusal as refusal:
            return type(refusal).__name__

    found = await asyncio.gather(*(give_back(number) for number in range(6)))
    recorded = [each for each in found if not isinstance(each, str)]
    await till.answer([event for each in recorded for event in each])

    assert len(recorded) == 1
    assert sorted(each for each in found if isinstance(each, str)) == ["MoreThanSold"] * 5
    assert (await till.balance())["active"] == 17


async def test_a_return_that_is_stored_while_its_sale_gets_its_member_joins_it(database: Database) -> None:
    till = await Till.open(database)
    await till.report("A", "beans", email="bea@example.com")
    bea = Member(new_id(), NOW, email="bea@example.com")
    await till.register(bea.id, "bea@example.com")
    is_stored, is_assigned = threading.Event(), threading.Event()

    def take_back(tx: Transaction) -> None:
        told = document("R", "beans", now=NOW + timedelta(hours=1), type="return", linked_number="A")
        register_transaction(till.operation(tx), told)
        is_stored.set()
        is_assigned.wait(1)  # which it is not, as the sale's number is locked

    def assign(tx: Transaction) -> int:
        assert is_stored.wait(60)
        try:
            return assign_unassigned(till.operation(tx), bea)
        finally:
            is_assigned.set()

    _, assigned = await asyncio.gather(till.store.write(take_back), till.store.write(assign))

    returned = await till.read(lambda tx: tx.transactions.by_number("R"))
    assert (assigned, returned.member, returned.return_state) == (1, bea.id, "joined")


async def test_a_return_before_its_sale_is_decided_waits_for_it_in_the_queue(database: Database) -> None:
    till = await Till.open(database)
    sold = await till.report("A", "beans", "cup")
    returned = await till.report("R", "cup", sale="A")

    before = await till.activities.run_batch(returned, NOW)
    await till.answer(sold)
    await till.answer(returned)

    assert before.left == [returned[0].id]
    assert (await till.balance())["active"] == 27
    assert await till.faults() == []


async def test_a_return_and_its_sale_reported_at_once_find_each_other(database: Database) -> None:
    till = await Till.open(database)

    for number in range(4):
        await asyncio.gather(
            till.report(f"S{number}", "beans", "cup"), till.report(f"R{number}", "cup", sale=f"S{number}")
        )
        await till.answer(await till.read(_queued))

    returns = await till.read(lambda tx: [tx.transactions.by_number(f"R{number}") for number in range(4)])
    assert [each.return_state for each in returns] == ["joined"] * 4
    assert (await till.balance())["active"] == 4 * 27


async def test_a_sale_is_decided_again_under_its_own_revision(database: Database) -> None:
    till = await Till.open(database)
    await till.answer(await till.report("A", item("beans", 2), "cup"))
    doubled = POINTS.replace("{var: event.body.gross_value}", '{"*": [{var: event.body.gross_value}, 2]}')
    files = programs.files(**FILES | {"reactors__points": doubled})
    till.program, till.revision, _ = await till.stored.deploy(files, by="test")

    await till.answer(await till.report("R", "beans", sale="A"))

    assert (await till.balance())["active"] == 37


def _queued(tx: ReadTransaction) -> list[EventRef]:
    columns = [event.c[name] for name in ("store", "id", "type", "member", "revision")]
    wanted = select(*columns).where(event.c.position.is_not(None)).order_by(event.c.position)
    return [EventRef(*row) for row in tx.connection.execute(wanted)]
