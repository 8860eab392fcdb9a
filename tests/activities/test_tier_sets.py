"""Tier sets in a database, on both databases: raised at once and by hand, reviewed, counted by spend, and deployed."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from activities.events import EventActivities
from database import Database, ReadTransaction
from database.programs import Programs
from database.snapshots import current_snapshot
from database.tables import deadline
from loyalty.losses import DeployConsent
from loyalty.refusals import UnnamedLosses
from loyalty.store.members import Identity
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier
from loyalty.tiers.places import set_subject
from loyalty.transactions.documents import Document, Item
from loyalty.transactions.operations import register_transaction
from tests.kit import programs
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STATUS = """\
  status:
    tiers: [{tier: guest, from: 0}, {tier: gold, from: 300}, {tier: legend, from: 1500}]
    valid: {after: 30d}
"""
SPENDER = """\
  spender:
    by: spend
    tiers: [{tier: small, from: 0}, {tier: big, from: 100}]
"""
LOYAL = """\
  loyal:
    by: membership_months
    tiers: [{tier: new, from: 0}, {tier: old, from: 2}]
"""
PROGRAM = programs.PROGRAM + "tier_sets:\n" + STATUS + SPENDER


async def store_of(database: Database, program: str) -> ScriptedStore:
    deployed = Programs(database)
    read, revision, _ = await deployed.deploy(programs.files(program=program), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), read, revision, NOW)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    return await store_of(database, PROGRAM)


async def tiers(scripted: ScriptedStore, member: str) -> dict[str, str | None]:
    """The member's tiers by set."""

    def read(tx: ReadTransaction) -> dict[str, str | None]:
        places = tx.tier_places.places_of(member)
        return {"default": tx.members.facts(member).tier, **{name: each.tier for name, each in places.items()}}

    return await scripted.database.store("DEFAULT").read(read)


async def sell(scripted: ScriptedStore, member: str, number: str, value: str, of: str | None = None) -> None:
    """Report a sale of a member, or a return of one."""
    item = Item("beans", "Beans", "beans", Decimal(value), Decimal(value))
    kind = {"type": "return", "linked_number": of} if of else {"identity": Identity(member)}
    await scripted.operate(register_transaction, Document(number, scripted.now, (item,), **kind))
    await scripted.relay()


async def test_many_at_once_raise_a_member_once_in_each_set(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    first = await tiers(scripted, ann)

    await asyncio.gather(*(scripted.report(ann, "purchase", {"total": 100}) for _ in range(6)))

    assert first == {"default": "bronze", "status": "guest", "spender": "small"}
    assert await tiers(scripted, ann) == {"default": "silver", "status": "gold", "spender": "small"}


async def test_a_hand_beside_a_review_leaves_the_floor_and_a_due_item(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    await scripted.wait(29)

    await asyncio.gather(scripted.operate(assign_tier, AssignTier(ann, "legend", tier_set="status")), scripted.wait(2))
    await scripted.wait(40)
    held = await tiers(scripted, ann)
    await scripted.operate(unassign_tier, ann, "status")
    await scripted.wait(70)

    assert held["status"] == "legend"
    assert (await tiers(scripted, ann))["status"] == "guest"


async def test_sales_and_returns_at_once_leave_exactly_what_is_left(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")

    await asyncio.gather(*(sell(scripted, ann, f"S{number}", "30") for number in range(4)))
    big = await tiers(scripted, ann)
    await asyncio.gather(*(sell(scripted, ann, f"R{number}", "10", f"S{number}") for number in range(3)))

    spent = await scripted.database.store("DEFAULT").read(lambda tx: tx.spend.spent(ann, "spender", since=None))
    assert (big["spender"], spent) == ("big", 90_000_000)
    assert (await tiers(scripted, ann))["spender"] == "small"


async def test_a_snapshot_has_every_set_and_its_due_items(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    await sell(scripted, ann, "S", "30")

    snapshot = await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))

    assert snapshot.state.tier_places["status"].tier == "gold"
    assert [each.amount for each in snapshot.state.counted_sales.values()] == [30_000_000]
    assert snapshot.due_items is not None
    assert snapshot.due_items[set_subject(ann, "status")]["tier_review"] == NOW + 30 * DAY


async def test_a_set_deployed_later_counts_what_was_bought_before_and_the_months(database: Database) -> None:
    scripted = await store_of(database, programs.PROGRAM)
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    await sell(scripted, ann, "S1", "70")
    await sell(scripted, ann, "S2", "50")
    await sell(scripted, ann, "R", "20", "S2")

    scripted.program, scripted.revision, _ = await Programs(database).deploy(
        programs.files(program=PROGRAM + LOYAL), by="test"
    )
    scripted.now = datetime.now(UTC) + timedelta(minutes=1)
    await scripted.wait(0)
    judged = [await tiers(scripted, each) for each in (ann, bob)]
    await scripted.wait(62)

    assert [each["spender"] for each in judged] == ["big", "small"]
    assert {(await tiers(scripted, each))["loyal"] for each in (ann, bob)} == {"old"}


async def test_a_set_with_members_is_not_dropped_unless_that_is_named(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    deployed = Programs(scripted.database)
    less = programs.PROGRAM + "tier_sets:\n" + STATUS.replace(", {tier: gold, from: 300}", "")

    with pytest.raises(UnnamedLosses) as refused:
        await deployed.deploy(programs.files(program=less), by="test")
    keys = frozenset(each.key for each in refused.value.unnamed.losses)
    _, _, is_new = await deployed.deploy(programs.files(program=less), by="test", consent=DeployConsent(drop=keys))

    assert (keys, is_new) == ({"tier:status/gold", "tier_set:spender"}, True)


async def test_the_subjects_of_due_items_are_the_places_of_members(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})

    def read(tx: ReadTransaction) -> set[tuple[str, str]]:
        return {(row.subject, row.kind) for row in tx.connection.execute(deadline.select())}

    found = await scripted.database.store("DEFAULT").read(read)
    assert (set_subject(ann, "status"), "tier_review") in found
