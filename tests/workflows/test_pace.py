"""The API keeps pace with a worker in its own process: an event has a place until it is applied, or has failed."""

from dataclasses import replace

import pytest
from temporalio.client import Client

import worker
from activities import in_flight as underway
from activities.in_flight import InFlightLimiter
from commands.shared import serving
from database import Database
from loyalty.references import EventRef
from tests import programs
from tests.running import Running, running


def holds(laurel: Running, event: EventRef) -> bool:
    """Whether an event has a place."""
    return event.id in laurel.parts.underway._leaves


async def test_an_event_leaves_its_place_when_it_is_applied(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        await laurel.parts.underway.enter(event.id)
        held = holds(laurel, event)

        await laurel.answer(event)

        assert held
        assert not holds(laurel, event)


async def test_an_event_leaves_its_place_when_it_fails(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        await laurel.parts.underway.enter(event.id)

        outcome = await laurel.answer(replace(event, revision=99))

        assert outcome.outcome == "failed"
        assert not holds(laurel, event)


@pytest.mark.parametrize(("places", "at_once"), [(1, True), (0, False)])
async def test_only_an_event_with_a_place_is_begun_at_once(
    sqlite_database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch, places: int, at_once: bool
) -> None:
    begun: list[bool] = []

    async def start_event(_client: Client, _event: EventRef, *, eager: bool) -> None:
        begun.append(eager)

    monkeypatch.setattr(worker, "start_event", start_event)
    monkeypatch.setattr(underway, "LONGEST_WAIT", 0.01)
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        parts = laurel.parts
        needed = serving.services(
            parts.database, parts.programs, temporal, allow=(), temporal_ui=None, underway=InFlightLimiter(places)
        )

        await needed.start_event(EventRef(laurel.store, "e1", "purchase", "m1", 1))

    assert begun == [at_once]
