"""Tiers by hand in a database, beside events that raise the same member, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from activities.events import EventActivities
from database import Database, ReadTransaction
from database.programs import Programs
from database.snapshots import current_snapshot
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier
from tests.kit import programs
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
PROGRAM = programs.PROGRAM + "tier_review: {after: 365d}\n"


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(program=PROGRAM), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)


async def tier(scripted: ScriptedStore, member: str) -> tuple[str | None, int]:
    """The member's tier, and how many tiers by hand are stored."""

    def read(tx: ReadTransaction) -> tuple[str | None, int]:
        return tx.members.facts(member).tier, len(tx.tier_holds.holds_of(member))

    return await scripted.database.store("DEFAULT").read(read)


async def test_an_event_that_raises_a_member_at_the_same_time_leaves_the_higher_tier(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")

    await asyncio.gather(
        scripted.operate(assign_tier, AssignTier(ann, "silver")),
        *(scripted.report(ann, "purchase", {"total": 500}) for _ in range(4)),
        scripted.operate(assign_tier, AssignTier(ann, "silver", until=NOW + YEAR)),
    )

    assert await tier(scripted, ann) == ("gold", 1)


async def test_an_event_does_not_raise_a_member_who_is_pinned_at_the_same_time(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")

    await asyncio.gather(
        *(scripted.report(ann, "purchase", {"total": 900}) for _ in range(3)),
        scripted.operate(assign_tier, AssignTier(ann, "bronze", pinned=True)),
        *(scripted.report(ann, "purchase", {"total": 900}) for _ in range(3)),
    )
    pinned = await tier(scripted, ann)
    await scripted.operate(unassign_tier, ann)

    assert pinned == ("bronze", 1)
    assert await tier(scripted, ann) == ("gold", 0)


async def test_a_tier_by_hand_ends_by_the_clock_and_a_snapshot_has_it(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.operate(assign_tier, AssignTier(ann, "gold", until=NOW + timedelta(days=30)))

    snapshot = await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))
    await scripted.wait(31)

    assert snapshot.state.tier_holds["default"].direction == "floor"
    assert snapshot.due_items is not None
    assert snapshot.due_items[ann]["tier_hold_end"] == NOW + timedelta(days=30)
    assert await tier(scripted, ann) == ("bronze", 0)
