"""What was left is caught up in batches, and a member with many events does not hold up the others."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from temporalio.client import Client

from database import Database, ReadTransaction, Transaction
from loyalty.engine.acceptance import MAX_QUEUE, IncomingEvent, accept_event
from loyalty.ids import new_id
from loyalty.references import EventOutcome, EventRef
from loyalty.store.events import NewEvent
from loyalty.store.members import Identity
from tests.kit.running import Running, running
from tests.workflows.test_order import APPEND, files, read
from tests.workflows.test_owners import Gate, owner_of
from workflows.relay import relay_once
from workflows.starter import start_event

LATER = timedelta(hours=1)
MEMBERS = 100


async def open_events(laurel: Running) -> int:
    """How many events are in a queue."""

    def count(tx: ReadTransaction) -> int:
        return int(tx.connection.exec_driver_sql("SELECT count(*) FROM event WHERE position IS NOT NULL").scalar() or 0)

    return await laurel.parts.database.store(laurel.store).read(count)


async def until_empty(laurel: Running, *, seconds: float = 100) -> None:
    """Wait until all queues are empty."""
    async with asyncio.timeout(seconds):
        while await open_events(laurel):
            await asyncio.sleep(0.1)


@pytest.mark.timeout(180)
async def test_two_thousand_events_left_are_applied_in_batches_in_order(database: Database, temporal: Client) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        members = [await laurel.register(f"{n}@example.com") for n in range(MEMBERS)]
        far = datetime.now(UTC) + timedelta(days=1)  # so that the relay beside the worker leaves them alone

        def add(tx: Transaction, number: int) -> None:
            for member in members:
                tx.events.add(NewEvent(new_id(), "redeem", member, far, {"number": number}, laurel.revision), now=far)

        for number in range(20):
            await database.store(laurel.store).write(partial(add, number=number))

        looked_at = [await relay_once(database, temporal, now=far + LATER) for _ in range(2)]
        await until_empty(laurel)

        assert looked_at[0] == 1000
        assert 0 < looked_at[1] <= 1000, "the relay beside the worker may look at some first"
        for member in members:
            facts, _ = await read(laurel, member)
            assert facts.attributes["numbers"] == list(range(20))


@pytest.mark.timeout(180)
async def test_two_hundred_events_of_one_member_do_not_hold_up_the_others(database: Database, temporal: Client) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register("ann@example.com")
        others = [await laurel.register(f"{n}@example.com") for n in range(20)]
        accepted = [await accept(laurel, "ann@example.com", number) for number in range(200)]
        to_start = [event for events in accepted for event in events]
        for event in to_start:
            await start_event(temporal, event)

        reported = [await laurel.accept(member, "redeem", {"number": 1}) for member in others]
        outcomes: list[EventOutcome] = await asyncio.gather(*(laurel.answer(event) for event in reported))
        left = await open_events(laurel)
        await until_empty(laurel)

        facts, _ = await read(laurel, ann)
        assert len(to_start) == MAX_QUEUE + 1
        assert {outcome.outcome for outcome in outcomes} == {"applied"}
        assert left > 0
        assert facts.attributes["numbers"] == list(range(200))


async def accept(laurel: Running, email: str, number: int) -> tuple[EventRef, ...]:
    """Accept an event as the API does; return the events whose workflows it would start."""
    now = datetime.now(UTC)
    new = IncomingEvent("redeem", now, {"number": number}, Identity(email=email), {"email": email}, None)
    accepted = await laurel.parts.database.store(laurel.store).write(
        lambda tx: accept_event(tx, laurel.program, laurel.revision, new, now=now)
    )
    return accepted.to_start


async def test_no_batch_begins_behind_an_event_that_runs_elsewhere_until_that_one_ends(
    database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, before=0)
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": n}) for n in range(30)]
        gate.event = events[0].id
        await start_event(temporal, events[0])
        await asyncio.wait_for(gate.reached.wait(), 60)
        await database.assign(laurel.store, [events[0].id], events[0].workflow_id, instead_of=[])

        await relay_once(database, temporal, now=datetime.now(UTC) + LATER)
        owners = {await owner_of(laurel, event) for event in events[1:]}
        gate.opened.set()
        await until_empty(laurel)

        facts, _ = await read(laurel, ann)
        assert owners == {""}
        assert facts.attributes["numbers"] == list(range(30))
