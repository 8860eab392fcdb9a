"""Events processed on a real Temporal server."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from temporalio.client import Client

from database import Database
from tests.kit import programs
from tests.kit.running import running

MAY = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)


async def test_a_purchase_becomes_points(database: Database, temporal: Client) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()

        outcome = await laurel.report(ann, "purchase", {"total": 80})

        assert await laurel.points(ann) == 80
        assert outcome.outcome == "applied"
        assert outcome.fired == ["reactor/points-for-purchase"]


async def test_seven_days_in_a_row_pay_once(database: Database, temporal: Client) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()

        outcomes = [await laurel.report(ann, "app_login", time=MAY + timedelta(days=day)) for day in range(8)]

        assert [outcome.did[0] for outcome in outcomes[:7]] == [f"seven-days {day}/7" for day in range(1, 8)]
        assert outcomes[7].outcome == "nothing"
        assert await laurel.points(ann) == 100
        facts = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.members.facts(ann))
        assert facts.badges == ("early-bird",)


async def test_the_steps_of_an_event_log_what_they_did(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        event = await laurel.accept(await laurel.register(), "app_login", time=MAY)
        await laurel.answer(event)

        log = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.log_of(event.id))

        assert log == ["seven-days 1/7"]


async def test_an_event_is_applied_only_when_all_that_it_caused_is(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        for day in range(6):
            await laurel.report(ann, "app_login", time=MAY + timedelta(days=day))
        seventh = await laurel.accept(ann, "app_login", time=MAY + timedelta(days=6))
        store = laurel.parts.database.store(laurel.store)

        processing = asyncio.create_task(laurel.answer(seventh))
        seen: list[tuple[str, Decimal | int]] = []
        while not seen or seen[-1][0] != "applied":
            stored = await store.read(lambda tx: tx.events.get(seventh.id))
            assert stored is not None
            seen.append((stored.status, await laurel.points(ann)))

        await processing
        assert seen[-1] == ("applied", 100)


async def test_an_event_that_cannot_be_processed_fails_with_its_error(
    sqlite_database: Database, temporal: Client
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})

        outcome = await laurel.answer(replace(event, revision=99))

        stored = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.get(event.id))
        assert stored is not None
        assert (outcome.outcome, stored.status) == ("failed", "failed")
        assert outcome.error == stored.error
        assert f"store {laurel.store} has no revision 99" in outcome.error
