"""What is taken back of an earlier period leaves the standing of the present one as it is, on both databases."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from activities.events import EventActivities
from database import Database, ReadTransaction
from database.deploys import SEEN_EVERYWHERE
from database.programs import Programs
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.operations import SpendPoints, spend_points
from loyalty.store.members import Identity
from loyalty.transactions.documents import Document, Item
from loyalty.transactions.operations import register_transaction
from tests.kit import merging, programs
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
SETS = """\
tier_review: {after: 365d}
tier_sets:
  payer: {by: spent_points, tiers: [{tier: none, from: 0}, {tier: payer, from: 100}], valid: {after: 365d}}
  shop: {by: spend, tiers: [{tier: few, from: 0}, {tier: many, from: 60}], valid: {after: 365d}}
"""
PROGRAM = programs.PROGRAM.replace("expires: {after: 90d}", "expires: never") + SETS
PENDING = PROGRAM.replace("default: true,", "default: true, pending: 10d,")
EARN = "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"


async def store_of(database: Database, program: str = PROGRAM) -> ScriptedStore:
    deployed = Programs(database)
    files = programs.files(program=program, reactors__sales=EARN)
    read, revision, _ = await deployed.deploy(files, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), read, revision, NOW)


async def tiers(scripted: ScriptedStore, member: str) -> Mapping[str, str | None]:
    """The member's tiers by set."""

    def read(tx: ReadTransaction) -> dict[str, str | None]:
        places = tx.tier_places.places_of(member)
        return {"default": tx.members.facts(member).tier, **{name: each.tier for name, each in places.items()}}

    return await scripted.database.store("DEFAULT").read(read)


async def sell(scripted: ScriptedStore, member: str, number: str, of: str | None = None) -> None:
    """Report a sale of 40 of a member, or the return of one."""
    beans = Item("beans", "Beans", "beans", Decimal(40), Decimal(2))
    kind = {"type": "return", "linked_number": of} if of else {"identity": Identity(member)}
    await scripted.operate(register_transaction, Document(number, scripted.now, (beans,), **kind))
    await scripted.relay()


@pytest.mark.parametrize("program", [PROGRAM, PENDING])
async def test_an_award_of_an_earlier_period_that_is_cancelled_takes_nothing_of_this_one(
    database: Database, program: str
) -> None:
    scripted = await store_of(database, program)
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 400})
    award = await scripted.last_transfer(ann, "award")
    await scripted.wait(366)

    await scripted.operate(cancel_transfer, CancelTransfer(award))
    await scripted.report(ann, "purchase", {"total": 500})
    await scripted.wait(11)

    assert (await tiers(scripted, ann))["default"] == "silver"
    assert await scripted.findings() == []


async def test_an_award_of_this_period_that_is_cancelled_counts_no_more(database: Database) -> None:
    scripted = await store_of(database)
    ann = await scripted.register("ann@example.com")
    await scripted.wait(366)
    await scripted.report(ann, "purchase", {"total": 400})

    await scripted.operate(cancel_transfer, CancelTransfer(await scripted.last_transfer(ann, "award")))
    await scripted.report(ann, "purchase", {"total": 400})

    assert (await tiers(scripted, ann))["default"] == "bronze"


async def test_a_spending_of_an_earlier_period_that_is_cancelled_takes_nothing_of_this_one(database: Database) -> None:
    scripted = await store_of(database)
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 400})
    await scripted.operate(spend_points, SpendPoints(ann, Decimal(90)))
    spending = await scripted.last_transfer(ann, "spend")
    await scripted.wait(366)

    await scripted.operate(cancel_transfer, CancelTransfer(spending))
    await scripted.operate(spend_points, SpendPoints(ann, Decimal(100)))

    assert (await tiers(scripted, ann))["payer"] == "payer"


async def test_points_that_a_return_takes_back_are_nothing_to_a_set_by_spent_points(database: Database) -> None:
    scripted = await store_of(database)
    ann = await scripted.register("ann@example.com")
    await sell(scripted, ann, "A")
    await scripted.report(ann, "purchase", {"total": 400})
    await scripted.operate(spend_points, SpendPoints(ann, Decimal(90)))
    await scripted.wait(366)

    await sell(scripted, ann, "R", of="A")
    await scripted.operate(spend_points, SpendPoints(ann, Decimal(65)))

    assert await tiers(scripted, ann) == {"default": "bronze", "payer": "none", "shop": "few"}


async def test_a_member_in_the_first_period_takes_over_no_spend_of_earlier_periods_by_a_merge(
    database: Database,
) -> None:
    scripted = await store_of(database)
    ann = await scripted.register("ann@example.com")
    await sell(scripted, ann, "A")
    await scripted.wait(366)
    bob = await scripted.register("bob@example.com")
    await sell(scripted, bob, "B")

    await merging.merge(scripted, bob, ann)

    assert (await tiers(scripted, bob))["shop"] == "few"


@pytest.mark.parametrize("in_set", [False, True])
async def test_a_deploy_that_counts_other_points_counts_them_since_the_last_review(
    database: Database, in_set: bool
) -> None:
    scripted = await store_of(database)
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    for each in (ann, bob):
        await scripted.report(each, "purchase", {"total": 400})
        await scripted.operate(spend_points, SpendPoints(each, Decimal(90)))
    await scripted.wait(366)
    await scripted.operate(spend_points, SpendPoints(bob, Decimal(100)))
    changed = PROGRAM.replace("by: spent_points", "by: earned_points")
    if not in_set:
        changed = (PROGRAM + "tier_by: spent_points\n").replace("silver, from: 500", "silver, from: 100")

    program, revision, _ = await Programs(database).deploy(
        programs.files(program=changed, reactors__sales=EARN), by="test"
    )
    scripted.program, scripted.revision = program, revision
    scripted.now = max(scripted.now, datetime.now(UTC) + SEEN_EVERYWHERE)
    await scripted.wait(0)
    deployed = [await tiers(scripted, each) for each in (ann, bob)]

    if in_set:
        await scripted.report(ann, "purchase", {"total": 99})
        little = await tiers(scripted, ann)
        await scripted.report(ann, "purchase", {"total": 1})
        found = [deployed[0]["payer"], little["payer"], (await tiers(scripted, ann))["payer"]]
        assert found == ["none", "none", "payer"]
    else:
        await scripted.operate(spend_points, SpendPoints(ann, Decimal(100)))
        found = [each["default"] for each in (*deployed, await tiers(scripted, ann))]
        assert found == ["bronze", "silver", "silver"]
    assert await scripted.findings() == []
