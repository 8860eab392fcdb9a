"""The API waits for a worker in its own process: an event holds a slot until it is applied, or has failed."""

from dataclasses import replace

import pytest
from temporalio.client import Client

from activities import in_flight
from activities.in_flight import InFlightLimiter
from commands.shared import serving
from database import Database
from loyalty.references import EventRef
from tests.kit import programs
from tests.kit.running import Running, running
from workflows import starter
from workflows.system_state import SystemMonitor


def holds(laurel: Running, event: EventRef) -> bool:
    """Whether an event holds a slot."""
    return event.id in laurel.parts.in_flight._releases


async def test_an_event_frees_its_slot_when_it_is_applied(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        await laurel.parts.in_flight.acquire(event.id)
        held = holds(laurel, event)

        await laurel.answer(event)

        assert held
        assert not holds(laurel, event)


async def test_an_event_frees_its_slot_when_it_fails(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        await laurel.parts.in_flight.acquire(event.id)

        outcome = await laurel.answer(replace(event, revision=99))

        assert outcome.outcome == "failed"
        assert not holds(laurel, event)


@pytest.mark.parametrize(("slots", "eager"), [(1, True), (0, False)])
async def test_only_an_event_with_a_slot_is_started_eagerly(
    sqlite_database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch, slots: int, eager: bool
) -> None:
    started: list[bool] = []

    async def start_event(_client: Client, _event: EventRef, *, eager: bool) -> None:
        started.append(eager)

    monkeypatch.setattr(starter, "start_event", start_event)
    monkeypatch.setattr(in_flight, "MAX_WAIT_SECONDS", 0.01)
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        parts = laurel.parts
        monitor, limiter = SystemMonitor(parts.database, temporal), InFlightLimiter(slots)
        needed = serving.services(
            parts.database, parts.programs, temporal, monitor, allow=(), temporal_ui=None, in_flight=limiter
        )

        await needed.start_event(EventRef(laurel.store, "e1", "purchase", "m1", 1))

    assert started == [eager]
