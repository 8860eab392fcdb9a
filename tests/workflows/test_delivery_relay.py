"""Deliveries that no workflow makes are found and sent, on a real server with real requests."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client

from activities.batches import run_batch
from activities.event_runner import EventRunner
from database import Database
from loyalty.ids import new_id
from loyalty.references import DeliveryRef, EventRef
from loyalty.store.webhooks import Delivery
from tests.kit import programs
from tests.kit.receiver import Answer, Receiver
from tests.kit.running import Running, running
from workflows.delivery_relay import relay_deliveries

NAME = "AvailablePointsAmountChanged"
LATER = timedelta(hours=1)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await is_so():
            await asyncio.sleep(0.05)


async def applied_without_delivery(laurel: Running, count: int = 1) -> list[EventRef]:
    """Apply purchases as a workflow does that Temporal then forgets: their webhooks are stored, and not sent."""
    ann = await laurel.register(f"{new_id()}@example.com")
    events = [await laurel.accept(ann, "purchase", {"total": 80}) for _ in range(count)]
    await run_batch(EventRunner(laurel.parts.database, laurel.parts.programs), events, datetime.now(UTC), seconds=60)
    return events


async def deliveries_of(laurel: Running, events: Sequence[EventRef]) -> list[Delivery]:
    return [delivery for event in events for delivery in await laurel.deliveries(event)]


async def until_statuses(laurel: Running, events: Sequence[EventRef], *statuses: str) -> list[Delivery]:
    """The deliveries of events, once each has one of these statuses."""

    async def are_so() -> bool:
        found = await deliveries_of(laurel, events)
        return bool(found) and all(delivery.status in statuses for delivery in found)

    await until(are_so)
    return await deliveries_of(laurel, events)


async def later(database: Database, temporal: Client, *, hours: int = 1) -> int:
    return await relay_deliveries(database, temporal, now=datetime.now(UTC) + hours * LATER)


async def test_a_first_attempt_that_was_lost_is_made(database: Database, temporal: Client, receiver: Receiver) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url)
        events = await applied_without_delivery(laurel)

        looked_at = await later(database, temporal)
        (delivery,) = await until_statuses(laurel, events, "delivered")

        (request,) = receiver.requests
        assert (looked_at, delivery.attempts) == (1, 1)
        assert request.headers["webhook-id"] == delivery.message


async def test_a_delivery_whose_workflow_is_terminated_goes_on_at_its_attempt_under_the_same_id(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=500), Answer())
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")
        event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})
        answering = asyncio.create_task(laurel.answer(event))

        async def is_attempted() -> bool:
            return any(delivery.attempts == 1 for delivery in await laurel.deliveries(event))

        await until(is_attempted)
        await temporal.get_workflow_handle(event.workflow_id).terminate()
        await later(sqlite_database, temporal)
        (delivery,) = await until_statuses(laurel, [event], "delivered")
        await asyncio.gather(answering, return_exceptions=True)

        first, second = receiver.requests
        assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery.message
        assert delivery.attempts == 2


async def test_a_delivery_in_progress_is_not_sent_again(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(delay=2))
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")
        event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})
        answering = asyncio.create_task(laurel.answer(event))
        await receiver.arrival(lambda requests: len(requests) == 1)

        await later(sqlite_database, temporal)
        await later(sqlite_database, temporal, hours=2)
        await answering
        await asyncio.sleep(1)

        assert len(receiver.requests) == 1


async def test_the_deliveries_of_an_event_that_is_not_applied_are_left_to_its_workflow(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url)
        (event,) = await applied_without_delivery(laurel)
        store = sqlite_database.store(laurel.store)
        reopen = f"UPDATE event SET status = 'decided' WHERE id = '{event.id}'"
        await store.write(lambda tx: tx.connection.exec_driver_sql(reopen))

        looked_at = await later(sqlite_database, temporal)
        await asyncio.sleep(1)

        assert (looked_at, receiver.requests) == (1, [])


async def test_two_relays_at_once_send_each_message_once(
    database: Database, temporal: Client, receiver: Receiver
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url)
        events = await applied_without_delivery(laurel, 25)

        looked_at = await asyncio.gather(*(later(database, temporal) for _ in range(4)))
        sent = await until_statuses(laurel, events, "delivered")

        assert sum(looked_at) == 25
        assert sorted(r.headers["webhook-id"] for r in receiver.requests) == sorted(each.message for each in sent)


async def test_the_last_attempt_of_the_schedule_is_the_last(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=500))
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")
        (event,) = await applied_without_delivery(laurel)
        (delivery,) = await laurel.deliveries(event)
        now = datetime.now(UTC)
        await sqlite_database.store(laurel.store).write(
            lambda tx: tx.webhooks.set_delivery(
                delivery.id, status="pending", attempts=7, next_attempt_at=now, finished_at=None
            )
        )

        await later(sqlite_database, temporal)
        (given_up,) = await until_statuses(laurel, [event], "failed")
        looked_at = await later(sqlite_database, temporal, hours=2)

        assert (given_up.attempts, len(receiver.requests), looked_at) == (8, 1, 0)


async def test_the_deliveries_of_a_disabled_subscription_are_skipped_and_not_looked_at_again(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url)
        (event,) = await applied_without_delivery(laurel)
        store = sqlite_database.store(laurel.store)
        (subscription,) = await store.read(lambda tx: tx.subscriptions.receiving())
        now = datetime.now(UTC)
        await store.write(lambda tx: tx.subscriptions.change(subscription.id, disabled_at=now, disabled_because="x"))

        await later(sqlite_database, temporal)
        (skipped,) = await until_statuses(laurel, [event], "skipped")
        looked_at = await later(sqlite_database, temporal, hours=2)

        assert (skipped.attempts, receiver.requests, looked_at) == (0, [], 0)


@pytest.mark.parametrize("answer", [Answer(), Answer(status=500)], ids=["delivered", "failed"])
async def test_a_workflow_that_is_behind_the_database_catches_up_without_sending_again(
    sqlite_database: Database, temporal: Client, receiver: Receiver, answer: Answer
) -> None:
    receiver.answer("/", answer)
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")
        (event,) = await applied_without_delivery(laurel)
        await later(sqlite_database, temporal)
        await receiver.arrival(lambda requests: len(requests) == 1)

        async def is_stored() -> bool:
            return all(delivery.attempts == 1 for delivery in await laurel.deliveries(event))

        await until(is_stored)
        (delivery,) = await laurel.deliveries(event)
        handle = temporal.get_workflow_handle(DeliveryRef(laurel.store, delivery.id, NAME).workflow_id)
        before = delivery.next_attempt_at
        if answer.status != 200:
            await handle.terminate()
        await temporal.start_workflow(  # as after Temporal's file was put back: it knows of no attempt
            "DeliverWebhook",
            args=[DeliveryRef(laurel.store, delivery.id, NAME), 0, 0.0],
            id=f"{handle.id}/behind",
            task_queue="laurel",
        )
        await asyncio.sleep(1.5)
        (after,) = await laurel.deliveries(event)

        assert len(receiver.requests) == 1
        assert (after.attempts, after.next_attempt_at) == (1, before)
        if answer.status != 200:
            await temporal.get_workflow_handle(f"{handle.id}/behind").terminate()
