"""What workflows do is counted: events with their duration, due items, deliveries, transactions."""

from dataclasses import replace

import pytest
from temporalio.client import Client

from database import Database
from telemetry import metrics
from telemetry.labels import BoundedLabel
from tests.kit.metrics import growth
from tests.kit.programs import files
from tests.kit.receiver import Receiver
from tests.kit.running import running


@pytest.fixture(autouse=True)
def every_store_has_a_time_series(monkeypatch: pytest.MonkeyPatch):
    """Stores of the tests before do not count."""
    monkeypatch.setattr(metrics, "bounded_store", BoundedLabel(100))


async def test_an_event_is_counted_and_timed_when_all_that_it_causes_is_applied(database: Database, temporal: Client):
    async with running(database, temporal, files()) as laurel:
        settled = growth("laurel_events_settled_total", store=laurel.store, outcome="applied")
        timed = growth("laurel_event_duration_seconds_count", store=laurel.store)
        written = growth("laurel_database_transactions_total", kind="write", outcome="committed")
        waited = growth("laurel_database_wait_seconds_count", kind="write")
        member = await laurel.register()

        await laurel.report(member, "purchase", {"total": 10})
        await laurel.report(member, "app_login")

        assert (settled(), timed()) == (2, 2)
        assert written() >= 2
        assert waited() >= 1


async def test_an_event_that_fails_is_counted_as_that(sqlite_database: Database, temporal: Client):
    async with running(sqlite_database, temporal, files()) as laurel:
        failed = growth("laurel_events_settled_total", store=laurel.store, outcome="failed")
        member = await laurel.register()
        event = await laurel.accept(member, "app_login")

        outcome = await laurel.answer(replace(event, revision=99))

        assert (outcome.outcome, failed()) == ("failed", 1)


async def test_attempts_of_webhooks_are_counted_by_what_came_of_them(
    sqlite_database: Database, temporal: Client, receiver: Receiver
):
    async with running(sqlite_database, temporal, files()) as laurel:
        delivered = growth("laurel_delivery_attempts_total", outcome="delivered")
        timed = growth("laurel_delivery_attempt_duration_seconds_count")
        member = await laurel.register()
        await laurel.subscribe("AvailablePointsAmountChanged", receiver.url)

        event = await laurel.accept(member, "purchase", {"total": 10})
        await laurel.answer(event)

        number = len(await laurel.deliveries(event))
        assert number >= 1
        assert (delivered(), timed()) == (number, number)
