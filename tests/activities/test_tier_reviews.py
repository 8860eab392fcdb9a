"""Tier reviews in a database: they run once, wake the clock, and do the same as in the in-memory engine."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.snapshots import current_snapshot
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.engine.snapshots import load_into
from loyalty.events.builtin_events import BUILT_IN
from loyalty.ids import new_id
from loyalty.references import EventRef, StepResult
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
PROGRAM = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + "tier_review: {after: 365d}\n"


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(program=PROGRAM), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, NOW)


async def register(scripted: ScriptedStore, tier: str) -> tuple[str, StepResult]:
    """Register a member into a tier; return their id, and the result of deciding the event."""
    member_id, event_id = new_id(), new_id()

    def add(tx: Transaction) -> None:
        tx.members.register(
            Identity(email="ann@example.com"),
            member_id=member_id,
            profile={},
            attributes={},
            tier=tier,
            password_hash=None,
            registered_at=scripted.now,
            now=scripted.now,
        )
        new = NewEvent(event_id, "member_registered", member_id, scripted.now, {}, scripted.revision)
        tx.events.add(new, now=scripted.now)

    await scripted.database.store("DEFAULT").write(add)
    event = EventRef("DEFAULT", event_id, "member_registered", member_id, scripted.revision)
    first = await scripted.reactions.decide(event, scripted.now, event_id)
    again = await scripted.reactions.decide(event, scripted.now + YEAR, event_id)
    assert again == first
    return member_id, first


async def tier_of(scripted: ScriptedStore, member_id: str) -> str | None:
    return (await scripted.database.store("DEFAULT").read(lambda tx: tx.members.facts(member_id))).tier


async def test_a_member_registered_into_a_tier_keeps_it_for_a_period_and_wakes_the_clock(
    scripted: ScriptedStore,
) -> None:
    ann, result = await register(scripted, "gold")

    known = await scripted.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann))
    due = await scripted.database.store("DEFAULT").read(lambda tx: tx.due_items.earliest())
    await scripted.wait(365)

    assert result.wakes_clock
    assert known.tier_until == NOW + YEAR
    assert due == NOW + timedelta(days=351)
    assert await tier_of(scripted, ann) == "bronze"


async def test_a_member_registered_into_the_lowest_tier_has_periods_of_which_nothing_is_reported(
    scripted: ScriptedStore,
) -> None:
    ann, result = await register(scripted, "bronze")
    store = scripted.database.store("DEFAULT")

    batches = [await run_due_items(scripted.database, NOW + years * YEAR) for years in (1, 1, 2)]

    assert result.wakes_clock
    assert [batch.due for batch in batches] == [[], [], []]
    known = await store.read(lambda tx: tx.members.facts(ann))
    assert (known.tier, known.tier_until) == ("bronze", NOW + 3 * YEAR)
    assert await store.read(lambda tx: tx.due_items.earliest()) == NOW + 3 * YEAR


async def test_a_review_runs_once_also_when_due_items_are_run_again(scripted: ScriptedStore) -> None:
    await register(scripted, "gold")
    store, later = scripted.database.store("DEFAULT"), NOW + YEAR

    batches = [await run_due_items(scripted.database, later) for _ in range(3)]

    stored = await store.read(lambda tx: [tx.events.get(event.id) for batch in batches for event in batch.due])
    assert [[event.type for event in batch.due] for batch in batches] == [
        ["tier_will_expire", "tier_changed"],
        [],
        [],
    ]
    assert [BUILT_IN[event.type].body.is_valid(event.body) for event in stored if event] == [True] * 2


async def test_moving_up_twice_starts_one_period(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    new = NewEvent(new_id(), "purchase", ann, NOW, {"total": 600}, scripted.revision)
    await scripted.database.store("DEFAULT").write(lambda tx: tx.events.add(new, now=NOW))
    event = EventRef("DEFAULT", new.id, "purchase", ann, scripted.revision)
    await scripted.reactions.decide(event, NOW, "")

    first = await scripted.reactions.award_points(event, NOW, True, "")
    second = await scripted.reactions.award_points(event, NOW + YEAR, True, "")

    known = await scripted.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann))
    assert first.wakes_clock
    assert second == first
    assert (known.tier, known.tier_base, known.tier_until) == ("silver", 0, NOW + YEAR)


async def test_years_in_a_database_have_the_results_of_the_in_memory_engine(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 2100})
    snapshot = await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))
    engine = InMemoryEngine(scripted.program, scripted.now)
    member_state = load_into(engine, snapshot)
    in_database: list[tuple[str | None, int, datetime | None]] = []
    in_memory: list[tuple[str | None, int, datetime | None]] = []

    for total in (0, 600, 100, 2000, 0, 0):
        await scripted.report(ann, "purchase", {"total": total})
        engine.report(ann, "purchase", {"total": total})
        await scripted.wait(366)
        engine.advance(scripted.now)
        known = await scripted.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann))
        in_database.append((known.tier, known.tier_base, known.tier_until))
        in_memory.append((member_state.member.tier, member_state.member.tier_base, member_state.member.tier_until))

    assert in_database == in_memory
    assert [tier for tier, _, _ in in_database] == ["gold", "silver", "bronze", "gold", "bronze", "bronze"]


async def test_history_has_the_period_of_a_tier_and_its_base(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 2100})
    await scripted.wait(400)
    await scripted.report(ann, "purchase", {"total": 50})
    then = scripted.midnight()
    before = (await scripted.snapshots(then))[ann].state.member

    await scripted.wait(30)
    await scripted.report(ann, "purchase", {"total": 70})
    after = (await scripted.snapshots(then))[ann].state.member

    assert (after.tier, after.tier_base, after.tier_until) == (before.tier, before.tier_base, before.tier_until)
    assert (after.tier, after.tier_base, after.tier_until) == ("gold", points(2100), NOW + 2 * YEAR)


async def test_history_of_a_tier_has_its_period_until_it_was_reviewed_twice_since(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 600})
    await scripted.wait(400)
    then = scripted.midnight()
    await scripted.wait(10)
    await scripted.report(ann, "purchase", {"total": 50})

    await scripted.wait(400)
    known = (await scripted.snapshots(then))[ann].state.member
    lost = await tier_of(scripted, ann)
    await scripted.report(ann, "purchase", {"total": 600})
    await scripted.wait(400)
    later = (await scripted.snapshots(then))[ann].state.member

    assert lost == "bronze"
    assert (known.tier, known.tier_base, known.tier_until) == ("silver", points(600), NOW + 2 * YEAR)
    assert (later.tier, later.tier_base, later.tier_until) == ("silver", 0, then + YEAR)
