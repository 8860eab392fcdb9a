"""Tiers by spent points in wallets dated by events: late awards change nothing, what is spent counts when booked."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.events import EventActivities
from database import Database
from database.programs import Programs
from database.snapshots import current_snapshot
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.engine.snapshots import load_into
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.store.members import TierPeriod, TierReview
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import ScriptedStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""The end of the year in Warsaw."""
REVIEW = TierReview(END, None, points(0))
NEXT_END = END.replace(year=2027)
EXPIRING = "default: true, expires: {after: 90d}"
PROGRAM = programs.PROGRAM.replace(EXPIRING, "default: true, dated: event, expires: never")
PAY = "reactor: pay\non: app_login\nthen: [{deduct_points: {points: 500}}]\n"


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    files = programs.files(program=PROGRAM + "tier_by: spent_points\ntier_review: {end_of: year}\n", reactors__pay=PAY)
    program, revision, _ = await deployed.deploy(files, by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, START)


async def silver_member(scripted: ScriptedStore) -> str:
    """Register a member who earns 5,000 points, spends 500 of them, and is silver until the end of the year."""
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 5000})
    await scripted.report(ann, "app_login", {})
    return ann


async def period(scripted: ScriptedStore, member: str) -> tuple[str | None, TierPeriod]:
    return await scripted.database.store("DEFAULT").read(
        lambda tx: (tx.members.facts(member).tier, tx.members.tier_period(member))
    )


async def test_a_late_award_is_nothing_to_the_review_that_it_is_late_for(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    await scripted.wait(310)
    reviewed = await period(scripted, ann)

    late = await scripted.report(ann, "purchase", {"total": 3000}, time=END - timedelta(days=1))
    after_it = await period(scripted, ann)
    (award,) = await scripted.database.store("DEFAULT").read(lambda tx: tx.ledger.transfers_of(late.id))
    await scripted.operate(cancel_transfer, CancelTransfer(award.id))

    assert award.counts_at == END - timedelta(days=1)
    assert reviewed == after_it == await period(scripted, ann)
    assert reviewed == ("silver", TierPeriod(points(500), NEXT_END, REVIEW))


async def test_what_is_spent_counts_for_the_period_in_which_it_is_booked(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    await scripted.wait(310)

    await scripted.report(ann, "app_login", {}, time=END - timedelta(days=1))
    booked = await period(scripted, ann)
    await scripted.wait(365)

    assert booked == ("silver", TierPeriod(points(500), NEXT_END, REVIEW))
    assert await period(scripted, ann) == (
        "silver",
        TierPeriod(points(1000), END.replace(year=2028), TierReview(NEXT_END, END, points(500))),
    )


async def test_what_is_spent_before_a_late_review_counts_for_the_period_after_it_beside_a_late_award(
    scripted: ScriptedStore,
) -> None:
    ann = await silver_member(scripted)
    scripted.now = END + timedelta(minutes=5)

    for _ in range(3):
        await scripted.report(ann, "app_login", {})
    await scripted.report(ann, "purchase", {"total": 3000}, time=END - timedelta(minutes=1))
    before, _ = await period(scripted, ann)
    await run_due_items(scripted.database, scripted.now)

    assert before == "silver"  # 2,000 in two periods are not gold
    assert await period(scripted, ann) == ("silver", TierPeriod(points(500), NEXT_END, REVIEW))


async def test_the_in_memory_engine_has_the_same_results(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    snapshot = await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))
    engine = InMemoryEngine(scripted.program, scripted.now)
    state = load_into(engine, snapshot)
    in_database, in_memory = [], []

    for type_, days_late, wait in [
        ("purchase", 0, 310),
        ("purchase", 40, 0),
        ("app_login", 20, 366),
        ("purchase", 9, 366),
    ]:
        body = {"total": 700} if type_ == "purchase" else {}
        time = scripted.now - timedelta(days=days_late)
        await scripted.report(ann, type_, body, time=time)
        engine.report(ann, type_, body, time=time)
        await scripted.wait(wait)
        engine.advance(scripted.now)
        in_database.append(await period(scripted, ann))
        in_memory.append((state.member.tier, engine.store.members.tier_period(ann)))

    assert in_database == in_memory
    assert [tier for tier, _ in in_database] == ["silver", "silver", "silver", "bronze"]


async def test_a_late_award_gives_a_tier_back_where_earned_points_count_and_none_where_spent_points_do(
    database: Database,
) -> None:
    club = "{by: spent_points, tiers: [{tier: guest, from: 0}, {tier: friend, from: 500}], valid: {end_of: year}}\n"
    deployed = Programs(database)
    files = programs.files(
        program=PROGRAM + f"tier_review: {{end_of: year}}\ntier_sets:\n  club: {club}", reactors__pay=PAY
    )
    program, revision, _ = await deployed.deploy(files, by="test")
    scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, START)
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 600})
    await scripted.report(ann, "app_login", {})
    await scripted.wait(310 + 365)

    fallen = await tiers(scripted, ann)
    await scripted.report(ann, "purchase", {"total": 900}, time=NEXT_END - timedelta(days=1))

    assert fallen == ("bronze", "guest")
    assert await tiers(scripted, ann) == ("silver", "guest")


async def tiers(scripted: ScriptedStore, member: str) -> tuple[str | None, str | None]:
    return await scripted.database.store("DEFAULT").read(
        lambda tx: (tx.members.facts(member).tier, tx.tier_places.places_of(member)["club"].tier)
    )
