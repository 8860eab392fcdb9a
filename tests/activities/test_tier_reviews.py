"""Tier reviews in a database: they run once, wake the clock, and do the same as in the in-memory engine."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.snapshots import current_snapshot
from loyalty.engine.due_items import run_due_items
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.engine.snapshots import load_into
from loyalty.events.builtin_events import BUILT_IN
from loyalty.ids import new_id
from loyalty.references import EventRef, StepResult
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from tests.kit import programs
from tests.kit.scripted_store import ScriptedStore

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
PROGRAM = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + "tier_review: {after: 365d}\n"


@pytest.fixture
async def played(database: Database) -> ScriptedStore:
    known = Programs(database)
    program, revision, _ = await known.deploy(programs.files(program=PROGRAM), by="test")
    return ScriptedStore(database, EventActivities(database, known), program, revision, NOW)


async def registered(played: ScriptedStore, tier: str) -> tuple[str, StepResult]:
    """A member registered into a tier, and what answering that did."""
    member_id, event_id = new_id(), new_id()

    def add(tx: Transaction) -> None:
        tx.members.register(
            Identity(email="ann@example.com"),
            member_id=member_id,
            profile={},
            attributes={},
            tier=tier,
            password_hash=None,
            registered_at=played.now,
            now=played.now,
        )
        new = NewEvent(event_id, "member_registered", member_id, played.now, {}, played.revision)
        tx.events.add(new, now=played.now)

    await played.database.store("DEFAULT").write(add)
    event = EventRef("DEFAULT", event_id, "member_registered", member_id, played.revision)
    first = await played.reactions.decide(event, played.now, event_id)
    again = await played.reactions.decide(event, played.now + YEAR, event_id)
    assert again == first
    return member_id, first


async def tier_of(played: ScriptedStore, member_id: str) -> str | None:
    return (await played.database.store("DEFAULT").read(lambda tx: tx.members.facts(member_id))).tier


async def test_a_member_registered_into_a_tier_keeps_it_for_a_period_and_wakes_the_clock(
    played: ScriptedStore,
) -> None:
    ann, applied = await registered(played, "gold")

    known = await played.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann))
    due = await played.database.store("DEFAULT").read(lambda tx: tx.due_items.earliest())
    await played.wait(365)

    assert applied.wakes_clock
    assert known.tier_until == NOW + YEAR
    assert due == NOW + timedelta(days=351)
    assert await tier_of(played, ann) == "bronze"


async def test_the_lowest_tier_has_no_period(played: ScriptedStore) -> None:
    _, applied = await registered(played, "bronze")

    assert not applied.wakes_clock
    assert await played.database.store("DEFAULT").read(lambda tx: tx.due_items.earliest()) is None


async def test_a_review_runs_once_however_often_due_items_are_run(played: ScriptedStore) -> None:
    await registered(played, "gold")
    store, later = played.database.store("DEFAULT"), NOW + YEAR

    rounds = [
        await store.write(lambda tx: run_due_items(tx, played.program, played.revision, now=later)) for _ in range(4)
    ]

    stored = await store.read(lambda tx: [tx.events.get(event.id) for rung in rounds for event in rung.due])
    assert [[event.type for event in rung.due] for rung in rounds] == [["tier_will_expire"], ["tier_changed"], [], []]
    assert [BUILT_IN[event.type].body.is_valid(event.body) for event in stored if event] == [True] * 2


async def test_a_rise_done_twice_begins_one_period(played: ScriptedStore) -> None:
    ann = await played.register("ann@example.com")
    new = NewEvent(new_id(), "purchase", ann, NOW, {"total": 600}, played.revision)
    await played.database.store("DEFAULT").write(lambda tx: tx.events.add(new, now=NOW))
    event = EventRef("DEFAULT", new.id, "purchase", ann, played.revision)
    await played.reactions.decide(event, NOW, "")

    first = await played.reactions.award_points(event, NOW, True, "")
    second = await played.reactions.award_points(event, NOW + YEAR, True, "")

    known = await played.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann))
    assert first.wakes_clock
    assert second == first
    assert (known.tier, known.tier_base, known.tier_until) == ("silver", 0, NOW + YEAR)


async def test_years_in_a_database_are_those_of_a_trial(played: ScriptedStore) -> None:
    ann = await played.register("ann@example.com")
    await played.report(ann, "purchase", {"total": 2100})
    opening = await played.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))
    trial = InMemoryEngine(played.program, played.now)
    account = load_into(trial, opening)
    stands: list[tuple[str | None, int, datetime | None]] = []
    tried: list[tuple[str | None, int, datetime | None]] = []

    for total in (0, 600, 100, 2000, 0, 0):
        await played.report(ann, "purchase", {"total": total})
        trial.report(ann, "purchase", {"total": total})
        await played.wait(366)
        trial.advance(played.now)
        known = await played.database.store("DEFAULT").read(lambda tx: tx.members.facts(ann))
        stands.append((known.tier, known.tier_base, known.tier_until))
        tried.append((account.member.tier, account.member.tier_base, account.member.tier_until))

    assert stands == tried
    assert [tier for tier, _, _ in stands] == ["gold", "silver", "bronze", "gold", "bronze", "bronze"]


async def test_the_past_knows_until_when_a_tier_was_kept_and_what_it_counted_from(played: ScriptedStore) -> None:
    ann = await played.register("ann@example.com")
    await played.report(ann, "purchase", {"total": 2100})
    await played.wait(400)
    await played.report(ann, "purchase", {"total": 50})
    then = played.midnight()
    before = (await played.snapshots(then))[ann].state.member

    await played.wait(30)
    await played.report(ann, "purchase", {"total": 70})
    after = (await played.snapshots(then))[ann].state.member

    assert (after.tier, after.tier_base, after.tier_until) == (before.tier, before.tier_base, before.tier_until)
    assert (after.tier, after.tier_base, after.tier_until) == ("gold", 2100, NOW + 2 * YEAR)


async def test_of_a_tier_that_was_reviewed_since_the_past_knows_only_which_it_was(played: ScriptedStore) -> None:
    ann = await played.register("ann@example.com")
    await played.report(ann, "purchase", {"total": 600})
    await played.wait(400)
    then = played.midnight()
    await played.wait(10)
    await played.report(ann, "purchase", {"total": 50})

    await played.wait(400)
    known = (await played.snapshots(then))[ann].state.member

    assert await tier_of(played, ann) == "bronze"
    assert (known.tier, known.tier_base, known.tier_until) == ("silver", 0, then + YEAR)
