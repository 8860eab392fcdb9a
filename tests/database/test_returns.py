"""Sales and returns on every database: by the activities of production, many at once, and the ledger adds up."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from database import Database, ReadTransaction, Transaction
from database.tables import event, transfer, usage
from loyalty.engine.retries import retry_event
from loyalty.ids import new_id
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.operations import SpendPoints, spend_points
from loyalty.references import EventRef
from loyalty.refusals import Refusal
from loyalty.store.members import Member
from loyalty.transactions.assigning import assign_unassigned
from loyalty.transactions.operations import register_transaction
from loyalty.transactions.refusals import MoreThanSold
from tests.kit import programs
from tests.kit.shop import document, item
from tests.kit.till import NOW, Till

POINTS = """\
reactor: points
on: transaction
when: {"!=": [{var: member.tier}, gold]}
then: [{award_points: {points: {var: event.body.gross_value}}}, {grant_badge: buyer}, {issue_reward: coffee}]
limits: [{per: member, every: day, points: 1000}]
"""
CUPS = "achievement: cups\non: transaction\ngoal: 1\nrepeat: unlimited\nthen: [{award_points: {points: 7}}]\n"
COFFEE = "reward: coffee\ntitle: Coffee\ncoupon: {value: 1, type: money, valid: 20d}\n"
AMOUNT = "reactor: points\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
FILES = {"reactors__points": POINTS, "achievements__cups": CUPS, "rewards__coffee": COFFEE}


async def test_a_sale_and_its_returns_leave_the_ledger_whole_and_nothing_else(database: Database) -> None:
    till = await Till.open(database, FILES)
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


async def exchange(till: Till, number: str, names: str, *items: Any, email: str = "ann@example.com") -> None:
    """Answer a sale that names another one."""
    sale = document(number, *items, now=NOW, email=email, linked_number=names)

    def sell(tx: Transaction) -> list[EventRef]:
        operation = till.operation(tx)
        register_transaction(operation, sale)
        return operation.to_start

    await till.answer(await till.store.write(sell))


async def test_each_of_two_sales_that_were_exchanged_is_returned_in_parts_and_by_itself(database: Database) -> None:
    till = await Till.open(database, {"reactors__points": AMOUNT})
    await till.answer(await till.report("A", "beans", "cup"))
    await exchange(till, "X", "A", "filter", "cup")
    balances = [(await till.balance())["active"]]

    for number, item_, sale in (("R1", "cup", "X"), ("R2", "cup", "A"), ("R3", "filter", "X"), ("R4", "beans", "A")):
        await till.answer(await till.report(number, item_, sale=sale))
        balances.append((await till.balance()).get("active", 0))
        assert await till.faults() == []

    assert balances == [45, 35, 25, 20, 0]
    with pytest.raises(MoreThanSold):
        await till.report("R5", "beans", sale="A")
    with pytest.raises(MoreThanSold):
        await till.report("R6", "beans", sale="X")


async def test_an_exchange_of_nobody_known_is_returned_before_it_gets_a_member_of_its_own(database: Database) -> None:
    till = await Till.open(database, {"reactors__points": AMOUNT})
    await till.answer(await till.report("A", "beans", "cup"))
    await exchange(till, "X", "A", "beans", "cup", email="bea@example.com")
    await till.answer(await till.report("R", "beans", sale="X"))
    bea = Member(new_id(), NOW, email="bea@example.com")
    await till.register(bea.id, "bea@example.com")

    def assign(tx: Transaction) -> list[EventRef]:
        operation = till.operation(tx)
        assert assign_unassigned(operation, bea) == 1
        return operation.to_start

    await till.answer(await till.store.write(assign))
    await till.answer(await till.report("R2", "cup", sale="A"))

    owners = {number: await till.read(lambda tx, number=number: tx.transactions.by_number(number)) for number in "AXR"}
    assert [owners[number].member for number in "AXR"] == [till.member, bea.id, bea.id]
    assert (await till.balance())["active"] == 20
    assert await till.faults() == []


async def test_a_sale_that_names_another_sale_is_no_return_of_it(database: Database) -> None:
    till = await Till.open(database, FILES)
    await till.answer(await till.report("A", "beans", "cup"))
    await exchange(till, "X", "A", "beans")
    before = (await till.balance())["active"]
    await till.answer(await till.report("R", "cup", sale="A"))

    assert before - (await till.balance())["active"] == 10
    assert [each.document_number for each in await till.read(lambda tx: tx.transactions.returns_of("A"))] == ["R"]
    assert await till.faults() == []


async def test_of_many_returns_of_one_line_at_once_one_is_taken(database: Database) -> None:
    till = await Till.open(database, FILES)
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
    till = await Till.open(database, FILES)
    await till.report("A", "beans", email="bea@example.com")
    bea = Member(new_id(), NOW, email="bea@example.com")
    await till.register(bea.id, "bea@example.com")
    is_stored, is_assigned = threading.Event(), threading.Event()

    def take_back(tx: Transaction) -> None:
        sale_return = document("R", "beans", now=NOW + timedelta(hours=1), type="return", linked_number="A")
        register_transaction(till.operation(tx), sale_return)
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
    till = await Till.open(database, FILES)
    sold = await till.report("A", "beans", "cup")
    returned = await till.report("R", "cup", sale="A")

    before = await till.activities.run_batch(returned, NOW)
    await till.answer(sold)
    await till.answer(returned)

    assert before.left == [returned[0].id]
    assert (await till.balance())["active"] == 27
    assert await till.faults() == []


async def test_a_return_and_its_sale_reported_at_once_find_each_other(database: Database) -> None:
    till = await Till.open(database, FILES)

    for number in range(4):
        await asyncio.gather(
            till.report(f"S{number}", "beans", "cup"), till.report(f"R{number}", "cup", sale=f"S{number}")
        )
        await till.answer(await till.read(_queued))

    returns = await till.read(lambda tx: [tx.transactions.by_number(f"R{number}") for number in range(4)])
    assert [each.return_state for each in returns] == ["joined"] * 4
    assert (await till.balance())["active"] == 4 * 27


async def test_a_sale_is_decided_again_under_its_own_revision(database: Database) -> None:
    till = await Till.open(database, FILES)
    await till.answer(await till.report("A", item("beans", 2), "cup"))
    doubled = POINTS.replace("{var: event.body.gross_value}", '{"*": [{var: event.body.gross_value}, 2]}')
    files = programs.files(**FILES | {"reactors__points": doubled})
    till.program, till.revision, _ = await till.stored.deploy(files, by="test")

    await till.answer(await till.report("R", "beans", sale="A"))

    assert (await till.balance())["active"] == 37


async def test_a_sale_that_took_back_itself_for_earlier_returns_is_shared_as_a_whole(database: Database) -> None:
    spent = "achievement: spent\non: transaction\nmeasure: {sum: {var: event.body.gross_value}}\ngoal: 1000\n"
    limits = "limits: [{per: member, every: day, points: 1000}, {per: program, every: day, points: 1000}]\n"
    till = await Till.open(database, {"reactors__points": AMOUNT + limits, "achievements__spent": spent})
    (sale,) = await till.report("A", item("beans", 5))
    await till.store.write(lambda tx: tx.events.set_failed(sale.id, "tried later", now=NOW))
    await till.answer(await till.report("R1", item("unknown", gross=20), sale="A"))

    def retry(tx: Transaction) -> None:
        retry_event(tx.members, tx.events, sale.id, revision=None, now=NOW)
        tx.connection.execute(update(event).where(event.c.id == sale.id).values(owner=None))  # as no workflow has it

    await till.store.write(retry)
    await till.answer([sale])
    found = [await _left(till)]
    for number in (2, 3):
        await till.answer(await till.report(f"R{number}", item("unknown", gross=20), sale="A"))
        found.append(await _left(till))

    assert found == [(left, left, left) for left in (80, 60, 40)]
    assert await till.faults() == []


async def test_a_completion_stands_by_a_sale_after_it_and_falls_with_the_last(database: Database) -> None:
    two = "achievement: two\non: transaction\ngoal: 2\nthen: [{award_points: {points: 7}}, {grant_badge: two}]\n"
    till = await Till.open(database, {"achievements__two": two})
    for number in "ABC":
        await till.answer(await till.report(number, "cup"))

    found = []
    for number in "ACB":
        await till.answer(await till.report(f"R{number}", "cup", sale=number))
        badges = await till.read(lambda tx: tx.members.badges(till.member))
        found.append(((await till.balance()).get("active", 0), len(badges)))
        assert await till.faults() == []

    assert found == [(7, 1), (0, 0), (0, 0)]


async def test_points_that_come_back_after_a_return_are_taken_by_the_event_that_brings_them(database: Database) -> None:
    till = await Till.open(database, {"reactors__points": AMOUNT})
    await till.answer(await till.report("A", item("beans", 5)))
    spent, recorded = await till.store.write(_spend(till, 40))
    await till.answer(recorded)
    await till.answer(await till.report("R", item("beans", 5), sale="A"))
    assert await till.balance() == {"spent": 40, "owed": 40}

    await till.store.write(lambda tx: cancel_transfer(till.operation(tx), CancelTransfer(spent)))

    kinds = await till.read(lambda tx: tx.connection.execute(select(transfer.c.kind, transfer.c.event)).all())
    by_kind = {row.kind: row.event for row in kinds}
    assert by_kind["take_back"] == by_kind["cancel"]
    assert await till.balance() == {}
    assert await till.faults() == []


def _spend(till: Till, points: int) -> Callable[[Transaction], tuple[str, list[EventRef]]]:
    def run(tx: Transaction) -> tuple[str, list[EventRef]]:
        operation = till.operation(tx)
        return spend_points(operation, SpendPoints(till.member, points)), operation.to_start

    return run


async def _left(till: Till) -> tuple[int, int, int]:
    """The points, the progress, and what the day's limit was used by."""
    sums = await till.read(lambda tx: tx.achievements.daily_sums(till.member, "spent", since=NOW.date()))
    used = await till.read(lambda tx: tx.connection.execute(select(usage.c.points)).scalars().all())
    (points,) = set(used) - {0}
    return (await till.balance())["active"], sums[0].amount // 10**6, points // 10**6


def _queued(tx: ReadTransaction) -> list[EventRef]:
    columns = [event.c[name] for name in ("store", "id", "type", "member", "revision")]
    wanted = select(*columns).where(event.c.position.is_not(None)).order_by(event.c.position)
    return [EventRef(*row) for row in tx.connection.execute(wanted)]
