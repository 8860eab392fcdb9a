"""A row that cannot be read ends what is about it, with the reason, and nothing else."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.events import EventActivities
from activities.webhooks.client import WebhookClient
from activities.webhooks.deliveries import DeliveryActivities
from database import Database
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.references import DeliveryRef, EventRef
from tests.kit import programs
from tests.kit.running import LOOPBACK, Running, running
from tests.kit.scripted_store import FIRST, ScriptedStore
from workflows.starter import start_batch

DAMAGED = '{"total": ' + "9" * 401 + "}"

CALL = "reactor: points-for-purchase\non: purchase\nthen: [{call_webhook: {url: 'https://a.example', body: {a: 1}}}]\n"


async def damage(database: Database, table: str, column: str, id_: str) -> None:
    """Put JSON into a row that no version of Laurel reads."""
    statement = text(f"UPDATE {table} SET {column} = :value WHERE id = :id")
    values = {"value": DAMAGED, "id": id_}
    await database.access_write(lambda access: access.connection.execute(statement, values))


async def ends(laurel: Running, *events: EventRef) -> list[tuple[Any, ...]]:
    """How events ended, once all did."""
    ids = ", ".join(f"'{event.id}'" for event in events)
    wanted = text(f"SELECT status, error FROM event WHERE id IN ({ids}) ORDER BY id")
    async with asyncio.timeout(60):
        while True:
            rows = await laurel.parts.database.store(laurel.store).read(
                lambda tx: [tuple(row) for row in tx.connection.execute(wanted)]
            )
            if all(status in ("applied", "failed") for status, _ in rows):
                return rows
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("in_batch", [False, True])
async def test_an_event_that_cannot_be_read_fails_with_the_reason_and_the_next_one_goes_on(
    database: Database, temporal: Client, in_batch: bool
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        member = await laurel.register()
        bad, good = [await laurel.accept(member, "purchase", {"total": 7}) for _ in range(2)]
        await damage(database, "event", "body", bad.id)

        if in_batch:
            await start_batch(temporal, f"batch/{laurel.store}/{new_id()}", [bad, good])
        else:
            failed = await laurel.answer(bad)
            await laurel.answer(good)
            assert failed.outcome == "failed"
        ended = await ends(laurel, bad, good)

        assert ended == [("failed", f"a number has more than 400 digits: {'9' * 20}..."), ("applied", None)]
        assert await laurel.points(member) == 7


async def test_a_message_that_cannot_be_read_is_given_up_with_the_reason(database: Database) -> None:
    deployed = Programs(database)
    program, revision, _ = await deployed.deploy(programs.files(**{"reactors__points-for-purchase": CALL}), by="test")
    scripted = ScriptedStore(database, EventActivities(database, deployed), program, revision, FIRST)
    event = await scripted.report(await scripted.register("ann@example.com"), "purchase", {"total": 1})
    store = database.store(program.store)
    (pending,) = await store.read(lambda tx: tx.webhooks.of_event(event.id))
    await damage(database, "message", "data", pending.message)

    async with WebhookClient(LOOPBACK) as client:
        activities = DeliveryActivities(database, client)
        ref = DeliveryRef(program.store, pending.id, "call_webhook")
        attempt = await ActivityEnvironment().run(activities.deliver_webhook, ref, 1)

    (given_up,) = await store.read(lambda tx: tx.webhooks.of_event(event.id))
    (logged,) = await store.read(lambda tx: tx.webhooks.attempts(pending.id))
    reason = f"UnreadableJson: a number has more than 400 digits: {'9' * 20}..."
    assert (attempt.delivered, attempt.again_in_seconds, attempt.because) == (False, None, reason)
    assert (given_up.status, given_up.next_attempt_at, logged.error) == ("failed", None, reason)
