"""Tier periods of points dated by their event, in a database: late events, late reviews, retries and the past."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.events import EventActivities
from database import Database, Transaction
from database.programs import Programs
from database.snapshots import current_snapshot
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.engine.snapshots import load_into
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.references import EventRef
from loyalty.store.events import NewEvent
from loyalty.store.members import TierPeriod, TierReview
from tests.kit import programs
from tests.kit.amounts import points
from tests.kit.due_items import run_due_items
from tests.kit.scripted_store import ScriptedStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
END = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
"""The end of the year in Warsaw."""
PROGRAM = programs.PROGRAM.replace("default: true,", "default: true, dated: event,") + "tier_review: {end_of: year}\n"


@pytest.fixture
async def scripted(database: Database) -> ScriptedStore:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(program=PROGRAM), by="test")
    return ScriptedStore(database, EventActivities(database, deployed), program, revision, START)


async def silver_member(scripted: ScriptedStore) -> str:
    """Register a member who is silver until the end of the year, and earns nothing more."""
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 500}, time=START)
    await scripted.wait(310)
    assert await period(scripted, ann) == ("silver", TierPeriod(points(500), END.replace(year=2027), FIRST_REVIEW))
    return ann


FIRST_REVIEW = TierReview(END, None, points(0))


async def period(scripted: ScriptedStore, member: str) -> tuple[str | None, TierPeriod]:
    return await scripted.database.store("DEFAULT").read(
        lambda tx: (tx.members.facts(member).tier, tx.members.tier_period(member))
    )


async def test_late_events_in_a_database_have_the_results_of_the_in_memory_engine(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    snapshot = await scripted.database.store("DEFAULT").read(lambda tx: current_snapshot(tx, ann))
    engine = InMemoryEngine(scripted.program, scripted.now)
    state = load_into(engine, snapshot)
    in_database, in_memory = [], []

    for total, days_late, wait in [(100, 20, 0), (400, 0, 361), (60, 5, 0), (40, 4, 0), (7, 400, 0), (5, 0, 366)]:
        time = scripted.now - timedelta(days=days_late)
        await scripted.report(ann, "purchase", {"total": total}, time=time)
        engine.report(ann, "purchase", {"total": total}, time=time)
        await scripted.wait(wait)
        engine.advance(scripted.now)
        in_database.append(await period(scripted, ann))
        in_memory.append((state.member.tier, engine.store.members.tier_period(ann)))

    assert in_database == in_memory
    assert [tier for tier, _ in in_database] == ["silver", "bronze", "bronze", "silver", "silver", "bronze"]


async def test_what_is_booked_before_a_late_review_counts_for_the_period_after_it(scripted: ScriptedStore) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 1000}, time=START)
    scripted.now = END + timedelta(minutes=5)

    await scripted.report(ann, "purchase", {"total": 1200}, time=END + timedelta(minutes=1))
    before, _ = await period(scripted, ann)
    await scripted.report(ann, "purchase", {"total": 300}, time=END - timedelta(minutes=1))
    await run_due_items(scripted.database, scripted.now)

    review = TierReview(END, None, points(0))
    assert before == "silver"
    assert await period(scripted, ann) == ("silver", TierPeriod(points(1300), END.replace(year=2027), review))


async def test_points_that_are_booked_before_a_late_review_raise_the_tier_when_it_has_run(
    scripted: ScriptedStore,
) -> None:
    ann = await scripted.register("ann@example.com")
    await scripted.report(ann, "purchase", {"total": 1000}, time=START)
    scripted.now = END + timedelta(minutes=5)

    await scripted.report(ann, "purchase", {"total": 2000}, time=END)
    before, _ = await period(scripted, ann)
    await run_due_items(scripted.database, scripted.now)

    assert (before, (await period(scripted, ann))[0]) == ("silver", "gold")


async def test_a_late_event_that_is_retried_counts_once(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    time = END - timedelta(days=1)
    new = NewEvent(new_id(), "purchase", ann, time, {"total": 70}, scripted.revision)
    await scripted.database.store("DEFAULT").write(lambda tx: tx.events.add(new, now=scripted.now))
    event = EventRef("DEFAULT", new.id, "purchase", ann, scripted.revision)
    await scripted.reactions.decide(event, scripted.now, "")

    first = await scripted.reactions.award_points(event, scripted.now, True, "")
    second = await scripted.reactions.award_points(event, scripted.now + timedelta(days=1), True, "")

    assert second == first
    assert (await period(scripted, ann))[1].base == points(570)


async def test_history_goes_by_when_late_events_were_booked(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    await scripted.report(ann, "purchase", {"total": 30}, time=END - timedelta(days=1))
    then = scripted.midnight()
    known = await period(scripted, ann)
    await scripted.wait(2)

    await scripted.report(ann, "purchase", {"total": 50}, time=END - timedelta(days=1))
    await scripted.report(ann, "purchase", {"total": 20})
    after_late_events = _period_of((await scripted.snapshots(then))[ann].state)
    await scripted.wait(366)
    await scripted.report(ann, "purchase", {"total": 10}, time=END - timedelta(days=1))
    after_a_review = _period_of((await scripted.snapshots(then))[ann].state)

    assert (await period(scripted, ann))[0] == "bronze"
    assert after_late_events == known == ("silver", TierPeriod(points(530), END.replace(year=2027), FIRST_REVIEW))
    assert after_a_review == (known[0], known[1]._replace(review=None))


def _period_of(state: Any) -> tuple[str | None, TierPeriod]:
    member = state.member
    return member.tier, TierPeriod(member.tier_base, member.tier_until, state.review)


async def test_late_awards_cancelled_at_once_beside_their_review_leave_an_exact_period(scripted: ScriptedStore) -> None:
    ann = await silver_member(scripted)
    store, late = scripted.database.store("DEFAULT"), END - timedelta(days=1)
    events = [await scripted.report(ann, "purchase", {"total": 10}, time=late) for _ in range(12)]
    awards = await store.read(lambda tx: [each for event in events for each in tx.ledger.transfers_of(event.id)])
    scripted.now = END.replace(year=2027) + timedelta(hours=1)

    def cancel(transfer: str) -> Callable[[Transaction], object]:
        def run(tx: Transaction) -> object:
            operation = OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin")
            return cancel_transfer(operation, CancelTransfer(transfer))

        return run

    cancelling = [store.write(cancel(each.id)) for each in awards]
    await asyncio.gather(*cancelling[:6], run_due_items(scripted.database, scripted.now), *cancelling[6:])

    tier, (base, until, review) = await period(scripted, ann)
    assert [each.counts_at for each in awards] == [late] * 12
    assert (tier, base, until) == ("bronze", points(500), END.replace(year=2028))
    assert review == TierReview(END.replace(year=2027), END, points(500))
