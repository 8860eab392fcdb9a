"""The relay starts the workflows of events that were stored but not started."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from database import Database
from loyalty.references import EventOutcome, EventRef
from tests.kit import programs
from tests.kit.running import running
from workflows import relay
from workflows.relay import AGAIN_AFTER, relay_once


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
