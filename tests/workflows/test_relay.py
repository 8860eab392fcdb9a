"""The relay starts the workflows of events that were stored but not started."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from database import Database
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.references import EventOutcome, EventRef
from loyalty.store.events import NewEvent
from tests.kit import programs
from tests.kit.running import running
from worker import WorkerDependencies
from worker import running as worker_running
from workflows import relay
from workflows.relay import AGAIN_AFTER, relay_once
from workflows.starter import start_event


async def test_a_stored_event_is_applied_after_one_relay(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})

        relayed = await relay_once(sqlite_database, temporal, now=datetime.now(UTC) + timedelta(hours=1))

        handle = temporal.get_workflow_handle(event.workflow_id, result_type=EventOutcome)
        assert (await handle.result()).outcome == "applied"
        assert relayed == 1


async def test_an_event_that_stays_received_is_relayed_again_after_a_pause(
    sqlite_database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    async def start_event(_client: Client, event: EventRef) -> bool:
        started.append(event.id)
        return True

    monkeypatch.setattr(relay, "start_event", start_event)
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})
        first = datetime.now(UTC) + timedelta(hours=1)

        times = (first, first + AGAIN_AFTER / 2, first + 2 * AGAIN_AFTER)
        relayed = [await relay_once(sqlite_database, temporal, now=time) for time in times]

    assert relayed == [1, 0, 1]
    assert started == [event.id, event.id]


async def test_an_event_whose_workflow_was_terminated_before_any_worker_began_it_is_run(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        store, revision = laurel.store, laurel.revision
        ann = await laurel.register()
        event = await laurel.accept(ann, "app_login", {"device": "ios"})
        await laurel.answer(event)
    waiting = NewEvent(new_id(), "purchase", ann, datetime.now(UTC), {"total": 80}, revision)
    await database.store(store).write(lambda tx: tx.events.add(waiting, now=datetime.now(UTC)))
    ref = EventRef(store, waiting.id, waiting.type, ann, revision)
    await start_event(temporal, ref)
    await temporal.get_workflow_handle(ref.workflow_id).terminate()

    parts = WorkerDependencies(database, Programs(database), temporal)
    async with worker_running(parts), asyncio.timeout(90):
        while (found := await database.store(store).read(lambda tx: tx.events.get(ref.id))) is None or (
            found.status != "applied"
        ):
            await asyncio.sleep(0.2)
