"""The sales of a member are counted again by a new rule of spend, a few in each transaction, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from activities.events import EventActivities
from database import Database, Transaction
from database.pages import PageRequest
from database.programs import Programs
from loyalty.program.rule_bounds import SPEND_STEPS, SpendTakesTooLong
from loyalty.store.due_items import DueItem, StoredDueItem
from loyalty.store.members import Identity
from loyalty.transactions import counting
from loyalty.transactions.counting import RECOUNTED_AT_ONCE
from loyalty.transactions.documents import Document, Item
from loyalty.transactions.operations import register_transaction
from tests.kit import merging, programs
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
SALES = 25
HEAD = programs.PROGRAM[: programs.PROGRAM.index("tiers:")]
TIERS = "tier_by: spend\ntiers: [{tier: bronze, from: 0}, {tier: gold, from: 400}]\n"
DOUBLE = "tier_spend: {'*': [2, {var: event.body.gross_value}]}\n"
_LOOP = f"{{reduce: [{[1] * 100}, {{'+': [{{var: accumulator}}, 1]}}, 0]}}"
SLOW_ON_SOME = f"""\
tier_spend:
  if:
    - {{in: [SLOW, {{var: event.body.document_number}}]}}
    - {{reduce: [{[1] * 100}, {{"+": [{{var: accumulator}}, {_LOOP}]}}, 0]}}
    - {{'*': [2, {{var: event.body.gross_value}}]}}
"""


async def store_of(database: Database, program: str = HEAD + TIERS) -> ScriptedStore:
    deployed = Programs(database)
    read, revision, _ = await deployed.deploy(programs.files(program=program), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), read, revision, NOW)


async def deploy(scripted: ScriptedStore, program: str) -> None:
    scripted.program, scripted.revision, _ = await Programs(scripted.database).deploy(
        programs.files(program=program), by="test"
    )
    scripted.now = datetime.now(UTC) + timedelta(minutes=1)


async def sell(scripted: ScriptedStore, member: str, number: str, value: int = 10, of: str | None = None) -> None:
    """Report and process a sale of a member, or a return of one."""
    item = Item("beans", "Beans", "beans", Decimal(value), Decimal(value))
    kind: Any = {"type": "return", "linked_number": of} if of else {"identity": Identity(member)}
    await scripted.operate(register_transaction, Document(number, scripted.now, (item,), **kind))
    await scripted.relay()


async def standing(scripted: ScriptedStore, member: str) -> tuple[int, str | None]:
    """What a member's sales count, and their tier."""

    def read(tx: Transaction) -> tuple[int, str | None]:
        spent = tx.spend.spent(member, "default", since=None)
        return spent // 10**6, tx.members.facts(member).tier

    return await scripted.database.store("DEFAULT").read(read)


async def due(scripted: ScriptedStore) -> list[DueItem]:
    return await scripted.database.store("DEFAULT").read(
        lambda tx: tx.due_items.due(now=scripted.now + timedelta(days=1), limit=10)
    )


async def deployed_after_sales(database: Database) -> tuple[ScriptedStore, str]:
    """A store with a member who has sales, and after them a deploy of a rule that counts each twice."""
    scripted = await store_of(database)
    ann = await scripted.register("ann@example.com")
    for number in range(SALES):
        await sell(scripted, ann, f"S{number}")
    await deploy(scripted, HEAD + DOUBLE + TIERS)
    return scripted, ann


async def test_each_transaction_counts_a_few_sales_and_the_last_puts_all_in_force(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted, ann = await deployed_after_sales(database)
    counted: list[str] = []
    count = counting.counted_by

    def counted_by(tier_sets: Any, sale: Any, returns: Any) -> Any:
        counted.append(sale.document_number)
        return count(tier_sets, sale, returns)

    monkeypatch.setattr(counting, "counted_by", counted_by)
    found = []
    while await due(scripted):
        counted.clear()
        await run_due_items(database, scripted.now)
        found.append((len(counted), *await standing(scripted, ann)))

    assert found == [
        (RECOUNTED_AT_ONCE, SALES * 10, "bronze"),
        (RECOUNTED_AT_ONCE, SALES * 10, "bronze"),
        (SALES - 2 * RECOUNTED_AT_ONCE, SALES * 20, "gold"),
    ]


async def test_sales_and_returns_between_two_transactions_count_exactly(database: Database) -> None:
    scripted, ann = await deployed_after_sales(database)

    await run_due_items(database, scripted.now)
    for number in range(SALES):  # of those that are counted again, and of the others
        await sell(scripted, ann, f"R{number}", 4, f"S{number}")
    await sell(scripted, ann, "NEW", 30)
    await scripted.wait(0)

    assert await standing(scripted, ann) == (SALES * 12 + 60, "bronze")


async def test_sales_and_returns_at_the_same_time_count_exactly(database: Database) -> None:
    scripted, ann = await deployed_after_sales(database)

    async def run_all() -> None:
        while await due(scripted):
            await run_due_items(database, scripted.now)

    returned = (sell(scripted, ann, f"R{number}", 4, f"S{number}") for number in range(8))
    sold = (sell(scripted, ann, f"N{number}", 5) for number in range(4))
    await asyncio.gather(run_all(), *returned, *sold)
    await scripted.relay()
    await run_all()

    assert await standing(scripted, ann) == (SALES * 20 - 8 * 8 + 4 * 10, "gold")


async def test_a_deploy_amid_the_count_begins_it_anew(database: Database) -> None:
    scripted, ann = await deployed_after_sales(database)
    await run_due_items(database, scripted.now)

    await deploy(scripted, HEAD + DOUBLE.replace("2", "3") + TIERS)
    await scripted.wait(0)

    assert await standing(scripted, ann) == (SALES * 30, "gold")


async def test_merged_members_have_all_their_sales_counted_by_one_rule(database: Database) -> None:
    scripted = await store_of(database)
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    for number in range(SALES):
        await sell(scripted, bob, f"S{number}")
    await deploy(scripted, HEAD + DOUBLE + TIERS)
    await run_due_items(database, scripted.now)  # Ann has none, so hers is the last

    await merging.merge(scripted, ann, bob)
    await scripted.wait(0)

    assert await standing(scripted, ann) == (SALES * 20, "gold")


async def test_a_sale_whose_rule_takes_too_long_is_set_aside_and_those_of_before_with_their_member(
    database: Database,
) -> None:
    scripted = await store_of(database)
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    await sell(scripted, ann, "SLOW")
    await sell(scripted, bob, "QUICK")
    await deploy(scripted, HEAD + SLOW_ON_SOME + TIERS)
    await run_due_items(database, scripted.now)
    (failed,) = await set_aside(scripted)

    await sell(scripted, bob, "SLOW TOO")
    sold = await scripted.database.store("DEFAULT").read(lambda tx: tx.events.newest_of(bob, "transaction", limit=1))
    await deploy(scripted, HEAD + DOUBLE + TIERS)
    await scripted.wait(0)

    assert [(each.status, each.error) for each in sold] == [("failed", str(SpendTakesTooLong()))]
    assert (failed.subject, failed.kind) == (ann, "judge_tier")
    assert f"rules of spend of all tier sets take more than {SPEND_STEPS:,} steps" in (failed.error or "")
    assert await standing(scripted, ann) == (20, "bronze")
    assert await set_aside(scripted) == []


async def set_aside(scripted: ScriptedStore) -> list[StoredDueItem]:
    page = await scripted.database.store("DEFAULT").read(lambda tx: tx.due_items.page(PageRequest(limit=10)))
    return [each for each in page.records if each.failed_at is not None]
