"""Events and deliveries that failed are tried again on a real server: once, in order, nothing twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from temporalio.client import Client

from activities.events import EventActivities
from database import Database, ReadTransaction, Transaction
from database.audit import audit
from loyalty.engine.retries import retry_delivery, retry_event
from loyalty.references import EventRef
from loyalty.refusals import DeliveryNotFailed, EventIsCaused, EventNotFailed, NoLiveSubscription
from tests.kit import programs
from tests.kit.receiver import Answer, Receiver
from tests.kit.running import Running, running
from tests.workflows.test_delivery_relay import applied_without_delivery, until_statuses
from tests.workflows.test_order import APPEND, files, read
from tests.workflows.test_owners import until_applied
from workflows.relay import relay_once
from workflows.starter import start_event

DOUBLED = """\
reactor: points-for-purchase
on: purchase
then: [{award_points: {points: {"*": [{var: event.body.total}, 2]}}}]
"""
NAME = "AvailablePointsAmountChanged"


async def retry(laurel: Running, event_id: str, *, revision: int | None = None) -> bool:
    def run(tx: Transaction) -> bool:
        return retry_event(tx.members, tx.events, event_id, revision=revision, now=datetime.now(UTC))

    return await laurel.parts.database.store(laurel.store).write(run)


async def fail(laurel: Running, event: EventRef) -> None:
    """Have the workflow of an event fail: it is started with a revision that does not exist."""
    outcome = await laurel.answer(EventRef(event.store, event.id, event.type, event.member, 99))
    assert outcome.outcome == "failed"


async def findings(laurel: Running) -> list[object]:
    """What the audit finds in the store."""

    def run(tx: ReadTransaction) -> list[object]:
        return list(audit(tx.connection, laurel.store, now=datetime.now(UTC), program=laurel.program, most=10).findings)

    return await laurel.parts.database.store(laurel.store).read(run)


async def test_a_failed_event_that_is_tried_again_joins_the_end_of_its_queue(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, files(append=APPEND)) as laurel:
        ann = await laurel.register()
        events = [await laurel.accept(ann, "redeem", {"number": number}) for number in range(3)]
        await fail(laurel, events[0])
        await laurel.answer(events[1])

        is_known = await retry(laurel, events[0].id)
        await start_event(temporal, events[2])
        await until_applied(laurel, events)

        facts, _ = await read(laurel, ann)
        assert is_known
        assert facts.attributes["numbers"] == [1, 2, 0]
        assert await findings(laurel) == []


async def test_many_retries_at_once_beside_the_relay_run_an_event_once(database: Database, temporal: Client) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        await fail(laurel, event)

        async def relay() -> None:
            for _ in range(5):
                await relay_once(database, temporal, now=datetime.now(UTC) + timedelta(hours=1))

        async def retry_quietly() -> None:
            for _ in range(3):
                try:
                    await retry(laurel, event.id)
                except EventNotFailed:
                    return

        await asyncio.gather(*(retry_quietly() for _ in range(8)), relay(), relay())
        await until_applied(laurel, [event])

        assert await laurel.points(ann) == 80
        with pytest.raises(EventNotFailed, match="is applied"):
            await retry(laurel, event.id)
        assert await findings(laurel) == []


async def test_steps_that_were_done_are_not_done_again_and_the_decision_stays(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        steps = EventActivities(database, laurel.parts.programs)
        now = datetime.now(UTC)
        decided = await steps.decide(event, now, event.id)
        await steps.award_points(event, now, False, "")
        await steps.fail(event, "a step after it raised", now)
        doubled = {"reactors__points-for-purchase": DOUBLED}
        await laurel.parts.programs.deploy(_of_store(laurel, doubled), by="test")

        await retry(laurel, event.id, revision=2)
        await until_applied(laurel, [event])

        assert decided.steps
        assert await laurel.points(ann) == 80
        assert await findings(laurel) == []


def _of_store(laurel: Running, changed: dict[str, str]) -> dict[str, bytes]:
    given = programs.files(**changed)
    return {name: text.replace(b"store: DEFAULT", f"store: {laurel.store}".encode()) for name, text in given.items()}


@pytest.mark.parametrize(("revision", "points"), [(None, 80), (2, 160)], ids=["accepted", "current"])
async def test_what_was_not_decided_may_go_on_under_the_revision_in_force(
    sqlite_database: Database, temporal: Client, revision: int | None, points: int
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        await fail(laurel, event)
        doubled = {"reactors__points-for-purchase": DOUBLED}
        await laurel.parts.programs.deploy(_of_store(laurel, doubled), by="test")

        await retry(laurel, event.id, revision=revision)
        await until_applied(laurel, [event])

        assert await laurel.points(ann) == points


async def test_a_workflow_that_knows_the_old_revision_decides_by_the_new_one(
    sqlite_database: Database, temporal: Client
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})
        doubled = {"reactors__points-for-purchase": DOUBLED}
        await laurel.parts.programs.deploy(_of_store(laurel, doubled), by="test")

        await retry(laurel, event.id, revision=2)
        await laurel.answer(event)

        assert await laurel.points(ann) == 160


async def test_a_late_repetition_of_what_failed_an_event_does_not_fail_it_again(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})
        steps = EventActivities(database, laurel.parts.programs)
        await steps.fail(event, "it raised", datetime.now(UTC))

        await retry(laurel, event.id)
        await steps.fail(event, "it raised", datetime.now(UTC))
        await until_applied(laurel, [event])


async def test_a_caused_event_is_tried_again_with_its_cause_and_an_unknown_one_not_at_all(
    sqlite_database: Database, temporal: Client
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        for day in range(1, 8):
            login = await laurel.accept(ann, "app_login", {"device": "ios"}, time=datetime(2026, 3, day, tzinfo=UTC))
            await laurel.answer(login)
        store = sqlite_database.store(laurel.store)
        (caused, *_) = await store.read(lambda tx: tx.events.caused_by(login.id))

        with pytest.raises(EventIsCaused, match=f"try {login.id} again"):
            await retry(laurel, caused.id)
        assert not await retry(laurel, "nowhere")


async def given_up(laurel: Running, receiver: Receiver) -> str:
    """A delivery after its last attempt; its id."""
    await laurel.subscribe(NAME, receiver.url + "/")
    (event,) = await applied_without_delivery(laurel)
    (delivery,) = await laurel.deliveries(event)
    now = datetime.now(UTC)
    await laurel.parts.database.store(laurel.store).write(
        lambda tx: tx.webhooks.set_delivery(
            delivery.id, status="failed", attempts=8, next_attempt_at=None, finished_at=now
        )
    )
    return delivery.id


async def test_a_delivery_that_was_given_up_is_sent_again_by_a_new_schedule(
    database: Database, temporal: Client, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=500))
    async with running(database, temporal, programs.files()) as laurel:
        delivery = await given_up(laurel, receiver)
        store = database.store(laurel.store)

        def try_again(tx: Transaction) -> bool:
            return retry_delivery(tx.webhooks, delivery, now=datetime.now(UTC))

        results = await asyncio.gather(*(store.write(try_again) for _ in range(5)), return_exceptions=True)
        await receiver.arrival(lambda requests: len(requests) == 1)
        async with asyncio.timeout(60):
            while (stored := await store.read(lambda tx: tx.webhooks.outbound(delivery))) and stored.attempts == 8:
                await asyncio.sleep(0.05)

        assert stored is not None
        assert results.count(True) >= 1
        assert (stored.status, stored.attempts, stored.earlier_attempts) == ("pending", 9, 8)
        assert [r.headers["webhook-id"] for r in receiver.requests] == [stored.message]
        with pytest.raises(DeliveryNotFailed, match="due later"):
            await store.write(try_again)


async def test_a_skipped_delivery_is_sent_once_its_subscription_is_enabled(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        delivery = await given_up(laurel, receiver)
        store = sqlite_database.store(laurel.store)
        (subscription,) = await store.read(lambda tx: tx.subscriptions.receiving())
        change = partial(_change, subscription=subscription.id)
        await store.write(partial(change, disabled_at=datetime.now(UTC)))

        with pytest.raises(NoLiveSubscription, match="enable it by PUT"):
            await store.write(lambda tx: retry_delivery(tx.webhooks, delivery, now=datetime.now(UTC)))
        await store.write(partial(change, disabled_at=None))
        await store.write(lambda tx: retry_delivery(tx.webhooks, delivery, now=datetime.now(UTC)))
        await receiver.arrival(lambda requests: len(requests) == 1)
        stored = await store.read(lambda tx: tx.webhooks.outbound(delivery))
        event = await store.read(lambda tx: tx.connection.exec_driver_sql("SELECT event FROM delivery").scalar_one())
        await until_statuses(laurel, [EventRef(laurel.store, event, "purchase", "", 1)], "delivered")

        assert stored is not None
        with pytest.raises(DeliveryNotFailed, match="it was delivered"):
            await store.write(lambda tx: retry_delivery(tx.webhooks, delivery, now=datetime.now(UTC)))


def _change(tx: Transaction, subscription: str, disabled_at: datetime | None) -> None:
    tx.subscriptions.change(subscription, disabled_at=disabled_at, disabled_because="a test")
