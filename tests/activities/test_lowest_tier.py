"""Periods of the lowest tier on both databases: begun by registration and by deploys, ended by the clock."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import select
from temporalio.client import Client

from activities.due_items import DueItemActivities
from activities.events import EventActivities
from database import Database, ReadTransaction
from database.deploys import SEEN_EVERYWHERE
from database.programs import Programs
from database.tables import deadline
from loyalty.losses import DeployConsent
from loyalty.members.anonymising import anonymise_member
from loyalty.members.freezing import freeze_member, unfreeze_member
from loyalty.store.settings import NOTICE_KINDS
from tests.kit import merging, programs
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)
WARNED = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}")
REVIEW = "tier_review: {after: 365d}\n"
STATUS = "tier_sets: {status: {tiers: [{tier: guest, from: 0}, {tier: gold, from: 500}], valid: {after: 365d}}}\n"
PROGRAM = WARNED + REVIEW + STATUS


async def store_of(database: Database, program: str) -> ScriptedStore:
    deployed = Programs(database)
    read, revision, _ = await deployed.deploy(programs.files(program=program), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), read, revision, NOW)


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    return await store_of(database, PROGRAM)


async def deploy(scripted: ScriptedStore, program: str) -> None:
    """Deploy another program, and run what that makes due."""
    deployed = Programs(scripted.database)
    consent = DeployConsent(frozenset({"tier_set:status"}))
    scripted.program, scripted.revision, _ = await deployed.deploy(
        programs.files(program=program), by="test", consent=consent
    )


async def tiers(scripted: ScriptedStore, member: str) -> Mapping[str, str | None]:
    """The member's tiers by set."""

    def read(tx: ReadTransaction) -> dict[str, str | None]:
        places = tx.tier_places.places_of(member)
        return {"default": tx.members.facts(member).tier, **{name: each.tier for name, each in places.items()}}

    return await scripted.database.store("DEFAULT").read(read)


async def due_kinds(scripted: ScriptedStore) -> Mapping[str, list[datetime]]:
    """When something of tiers is due, by kind."""
    tier_kinds = select(deadline.c.kind, deadline.c.due_at).where(deadline.c.kind.contains("tier"))
    rows = await scripted.database.access_read(lambda access: access.connection.execute(tier_kinds).all())
    found: dict[str, list[datetime]] = {}
    for kind, due_at in sorted(rows):
        found.setdefault(kind, []).append(due_at)
    return found


async def test_points_of_two_periods_are_not_added_up_in_any_set(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    begun = await due_kinds(scripted)
    await scripted.wait(366)
    await scripted.report(ann, "purchase", {"total": 300})
    second = await tiers(scripted, ann)

    await scripted.report(ann, "purchase", {"total": 200})

    assert begun == {"tier_period": [NOW + YEAR] * 2}
    assert second == {"default": "bronze", "status": "guest"}
    assert await tiers(scripted, ann) == {"default": "silver", "status": "gold"}


async def test_what_is_earned_before_a_late_review_counts_for_the_next_period(scripted: ScriptedStore) -> None:
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    for each in (ann, bob):
        await scripted.report(each, "purchase", {"total": 300})
    scripted.now = NOW + YEAR + timedelta(minutes=1)

    await scripted.report(ann, "purchase", {"total": 300})
    await scripted.report(bob, "purchase", {"total": 600})
    late = [(await tiers(scripted, each))["default"] for each in (ann, bob)]
    await scripted.wait(1)

    assert late == ["bronze", "bronze"]
    assert [(await tiers(scripted, each))["default"] for each in (ann, bob)] == ["bronze", "silver"]
    await scripted.report(ann, "purchase", {"total": 200})
    assert (await tiers(scripted, ann))["default"] == "silver"


async def test_a_deploy_with_reviews_begins_the_periods_of_all_members(database: Database) -> None:
    scripted = await store_of(database, WARNED)
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    await scripted.report(bob, "purchase", {"total": 600})

    await deploy(scripted, PROGRAM)
    scripted.now = datetime.now(UTC) + SEEN_EVERYWHERE
    await scripted.wait(0)
    ends = scripted.now + YEAR

    found = await due_kinds(scripted)
    assert {kind: [abs(each - ends) < DAY for each in due] for kind, due in found.items() if kind != "tier_warn"} == {
        "tier_period": [True, True],
        "tier_review": [True, True],
    }
    assert await tiers(scripted, bob) == {"default": "silver", "status": "gold"}
    await scripted.wait(366)
    await scripted.report(ann, "purchase", {"total": 300})
    assert await tiers(scripted, ann) == {"default": "bronze", "status": "guest"}, "what was earned before counts once"
    await scripted.wait(366)
    assert await tiers(scripted, bob) == {"default": "bronze", "status": "guest"}


async def test_reviews_that_end_and_begin_again_begin_new_periods(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await deploy(scripted, WARNED)
    await scripted.wait(400)
    without = await due_kinds(scripted)

    await deploy(scripted, PROGRAM)
    scripted.now = max(scripted.now, datetime.now(UTC) + SEEN_EVERYWHERE)
    await scripted.wait(0)

    assert without == {}
    assert await due_kinds(scripted) == {"tier_period": [scripted.now + YEAR] * 2}
    assert await scripted.findings() == []
    assert await tiers(scripted, ann) == {"default": "bronze", "status": "guest"}


async def test_the_period_of_a_frozen_member_ends_when_they_are_unfrozen(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    await scripted.operate(freeze_member, ann, "a check")
    await scripted.wait(400)
    waiting = await due_kinds(scripted)

    await scripted.operate(unfreeze_member, ann)
    await scripted.wait(0)
    await scripted.report(ann, "purchase", {"total": 300})

    assert waiting == {"tier_period": [NOW + YEAR] * 2}
    assert await due_kinds(scripted) == {"tier_period": [scripted.now + YEAR] * 2}
    assert (await tiers(scripted, ann))["default"] == "bronze"


async def test_a_merge_adds_up_what_counts_now_and_keeps_one_period(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})
    await scripted.wait(200)
    bob = await scripted.register("bob@example.com")
    await scripted.report(bob, "purchase", {"total": 300})
    await scripted.wait(200)
    await scripted.report(ann, "purchase", {"total": 150})

    await merging.merge(scripted, bob, ann)

    assert await tiers(scripted, bob) == {"default": "bronze", "status": "guest"}, "300 of Bob and 150 of Ann count"
    assert await due_kinds(scripted) == {"tier_period": [NOW + 200 * DAY + YEAR] * 2}
    await scripted.report(bob, "purchase", {"total": 50})
    assert (await tiers(scripted, bob))["default"] == "silver"
    assert await scripted.findings() == []


async def test_a_deploy_judges_no_member_who_was_merged(scripted: ScriptedStore) -> None:
    ann, bob = await scripted.register("ann@example.com"), await scripted.register("bob@example.com")
    await merging.merge(scripted, ann, bob)

    await deploy(scripted, PROGRAM + "tier_by: active_points\n")

    judged = select(deadline.c.subject).where(deadline.c.kind == "judge_tier")
    found = await scripted.database.access_read(lambda access: access.connection.execute(judged).scalars().all())
    assert bob not in found


async def test_a_period_ends_once_also_when_due_items_are_run_again(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 300})

    batches = [await run_due_items(scripted.database, NOW + YEAR) for _ in range(3)]

    known = await scripted.database.store("DEFAULT").read(lambda tx: tx.members.tier_period(ann))
    assert [event.type for batch in batches for event in batch.due if event.type.startswith("tier")] == []
    assert (known.base, known.until) == (300_000_000, NOW + 2 * YEAR)
    assert known.review is not None
    assert known.review.at == NOW + YEAR


async def test_nothing_is_said_of_the_tier_of_a_member_who_was_closed_for_good(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 600})
    await scripted.operate(anonymise_member, ann)
    before = await scripted.events_of(ann)

    await scripted.wait(400)

    assert [each for each in (await scripted.events_of(ann))[len(before) :] if each.startswith("tier")] == []
    assert await tiers(scripted, ann) == {"default": "silver", "status": "gold"}
    assert await due_kinds(scripted) == {}
    assert await scripted.findings() == []


async def test_members_of_the_lowest_tier_are_not_among_those_who_would_be_notified(scripted: ScriptedStore) -> None:
    await scripted.register("ann@example.com")
    bob = await scripted.register("bob@example.com")
    await scripted.report(bob, "purchase", {"total": 600})

    def read(tx: ReadTransaction) -> list[str]:
        (kind,) = (each for each in NOTICE_KINDS if each.name == "tier")
        return tx.settings.members_with_end(kind, after=NOW, until=NOW + 2 * YEAR, limit=9)

    assert await scripted.database.store("DEFAULT").read(read) == [bob]


async def test_who_is_registered_by_a_process_that_does_not_know_a_deploy_has_a_period(
    database: Database,
) -> None:
    scripted = await store_of(database, WARNED)
    process = Programs(database)
    stale, _ = await process.current("DEFAULT")

    await Programs(database).deploy(programs.files(program=PROGRAM), by="test")
    still, _ = await process.current("DEFAULT")
    ann = await scripted.register("ann@example.com")
    scripted.now = datetime.now(UTC) + SEEN_EVERYWHERE
    await scripted.wait(0)

    assert stale == still == scripted.revision
    assert await periods(database, ann) == (True, True)


async def test_who_is_registered_while_a_program_is_deployed_has_a_period(database: Database) -> None:
    scripted = await store_of(database, WARNED)

    registered = (scripted.register(f"m{number}@example.com") for number in range(12))
    deployed = Programs(database).deploy(programs.files(program=PROGRAM), by="test")
    *members, _ = await asyncio.gather(*registered, deployed)
    scripted.now = datetime.now(UTC) + SEEN_EVERYWHERE
    await scripted.wait(0)

    assert [await periods(database, str(each)) for each in members] == [(True, True)] * 12


async def test_the_clock_runs_what_a_deploy_made_due_by_its_revision(database: Database) -> None:
    scripted = await store_of(database, WARNED)
    ann = await scripted.register("ann@example.com")
    process = Programs(database)
    await process.current("DEFAULT")
    await Programs(database).deploy(programs.files(program=PROGRAM), by="test")

    clock = DueItemActivities(database, process, cast("Client", None))
    await clock.run_due_items("DEFAULT", datetime.now(UTC) + SEEN_EVERYWHERE)

    assert await periods(database, ann) == (True, True)


async def periods(database: Database, member: str) -> tuple[bool, bool]:
    """Whether a period of the member has begun, in the default set and in the other."""

    def read(tx: ReadTransaction) -> tuple[bool, bool]:
        places = [tx.members.facts(member), tx.tier_places.place(member, "status")]
        default, status = (each.tier_until is not None for each in places)
        return default, status

    return await database.store("DEFAULT").read(read)
