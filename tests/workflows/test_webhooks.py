"""Deliveries: real requests to a real receiver, hours of retries by skipping time."""

import asyncio
import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from database import Database
from loyalty.references import EventRef
from loyalty.store.webhooks import WebhookFormat
from loyalty.webhooks.retries import WAITS
from tests.kit import programs
from tests.kit.receiver import Answer, Receiver
from tests.kit.running import Running, running

NAME = "AvailablePointsAmountChanged"

CALLS = """\
reactor: points-for-purchase
on: purchase
then:
  - call_webhook:
      url: URL/own
      headers: {X-Shop: coffee}
      body: {total: {var: event.body.total}, nested: [{var: event.type}]}
"""


async def purchase(laurel: Running) -> EventRef:
    """Report a purchase of a new member, and wait until its workflow has ended."""
    event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})
    await laurel.answer(event)
    return event


async def test_a_webhook_is_signed_and_its_delivery_logged(
    database: Database, temporal: Client, receiver: Receiver
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        secret = await laurel.subscribe(NAME, receiver.url)

        event = await purchase(laurel)

        (request,) = receiver.requests
        (delivery,) = await laurel.deliveries(event)
        Webhook(secret).verify(request.body, request.headers)
        assert request.json["eventName"] == NAME
        assert request.json["messageId"] == request.headers["webhook-id"]
        assert (delivery.status, delivery.attempts) == ("delivered", 1)


async def test_histories_hold_no_secret_of_a_webhook(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    receiver.answer("/own?token=hidden-query", Answer(status=500, body=b"hidden-answer"))
    secrets = CALLS.replace("URL/own", f"{receiver.url}/own?token=hidden-query").replace("coffee", "hidden-header")
    files = programs.files(reactors__calls=secrets.replace("points-for-purchase", "calls"))
    async with running(sqlite_database, skipping.client, files) as laurel:
        event = await laurel.accept(await laurel.register(), "purchase", {"total": 80})
        await laurel.answer(event)
        (delivery,) = await laurel.deliveries(event)
        ids = [event.workflow_id, f"delivery/{laurel.store}/{delivery.id}"]
        await skipping.client.get_workflow_handle(ids[1]).result()

        histories = [(await skipping.client.get_workflow_handle(each).fetch_history()).to_json() for each in ids]

    texts = [_decoded(history) for history in histories]
    assert ["answered 500" in text for text in texts] == [True, True]
    assert "calls a webhook by reactor/calls" in texts[0]
    hidden = ("hidden-query", "hidden-header", "hidden-answer", receiver.url)
    assert [each for each in hidden for text in texts if each in text] == []


def _decoded(history: str) -> str:
    """A history as JSON, with its payloads decoded."""
    return re.sub(
        r'"data": ?"([A-Za-z0-9+/=]+)"', lambda found: base64.b64decode(found[1]).decode("utf-8", "replace"), history
    )


async def test_a_delivery_that_fails_at_first_is_repeated_after_five_seconds_with_the_same_id(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=500), Answer())
    async with running(sqlite_database, skipping.client, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")

        event = await purchase(laurel)

        first, second = receiver.requests
        (delivery,) = await laurel.deliveries(event)
        attempts = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.webhooks.attempts(delivery.id))
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.json["requestId"] != second.json["requestId"]
        assert [attempt.status for attempt in attempts] == [500, 200]
        assert (delivery.status, delivery.attempts) == ("delivered", 2)


async def test_a_dead_endpoint_is_retried_by_the_table_and_then_given_up(
    sqlite_database: Database, skipping: WorkflowEnvironment, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=503))
    async with running(sqlite_database, skipping.client, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")

        event = await purchase(laurel)
        (delivery,) = await laurel.deliveries(event)
        handle = skipping.client.get_workflow_handle(f"delivery/{laurel.store}/{delivery.id}")
        last = await handle.result()

        (delivery,) = await laurel.deliveries(event)
        description = await handle.describe()
        attempts = [r for r in receiver.requests if r.headers["webhook-id"] == delivery.message]
        assert len(attempts) == 1 + len(WAITS)
        assert (delivery.status, delivery.attempts) == ("failed", 8)
        assert last["delivered"] is False
        assert description.close_time is not None
        assert description.close_time - description.start_time >= sum(WAITS[1:], timedelta())


async def test_a_gone_endpoint_is_disabled_and_gets_no_more_webhooks(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=410))
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")
        ann = await laurel.register()

        await laurel.report(ann, "purchase", {"total": 80})
        await laurel.report(ann, "purchase", {"total": 80})

        assert len(receiver.requests) == 1
        assert await laurel.points(ann) == 160


async def test_an_endpoint_that_failed_for_five_days_is_disabled(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    receiver.answer("/", Answer(status=500))
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/")
        store = laurel.parts.database.store(laurel.store)
        (subscription,) = await store.read(lambda tx: tx.subscriptions.receiving())
        since = datetime.now(UTC) - timedelta(days=5, hours=1)
        await store.write(lambda tx: tx.subscriptions.change(subscription.id, failing_since=since))

        event = await purchase(laurel)

        (delivery,) = await laurel.deliveries(event)
        stored = await store.read(lambda tx: tx.subscriptions.get(subscription.id))
        assert stored is not None
        assert "it has been failing since" in (stored.disabled_because or "")
        assert (delivery.status, delivery.attempts) == ("failed", 1)


async def test_a_dead_endpoint_delays_no_other(sqlite_database: Database, temporal: Client, receiver: Receiver) -> None:
    receiver.answer("/slow", Answer(delay=30))
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url + "/slow")
        await laurel.subscribe(NAME, receiver.url + "/quick")
        ann = await laurel.register()
        event = await laurel.accept(ann, "purchase", {"total": 80})

        processing = asyncio.create_task(laurel.answer(event))
        await receiver.arrival(lambda requests: {"/quick", "/slow"} <= {r.path for r in requests})
        statuses = [""]
        while "delivered" not in statuses:
            statuses = [delivery.status for delivery in await laurel.deliveries(event)]
            await asyncio.sleep(0.05)

        assert statuses.count("pending") == 1
        processing.cancel()
        await temporal.get_workflow_handle(event.workflow_id).terminate()


async def test_a_reactor_calls_a_webhook_of_its_own(
    sqlite_database: Database, temporal: Client, receiver: Receiver
) -> None:
    files = programs.files(**{"reactors__points-for-purchase": CALLS.replace("URL", receiver.url)})
    async with running(sqlite_database, temporal, files) as laurel:
        await purchase(laurel)

        (request,) = receiver.requests
        secret = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.subscriptions.store_secret())
        Webhook(secret).verify(request.body, request.headers)
        assert request.path == "/own"
        assert request.headers["x-shop"] == "coffee"
        assert request.json == {"total": 80, "nested": ["purchase"]}


@pytest.mark.parametrize(("form", "key"), [("current", "eventName"), ("legacy", "type"), ("envelope", "event")])
async def test_a_subscription_gets_the_format_it_asked_for(
    sqlite_database: Database, temporal: Client, receiver: Receiver, form: WebhookFormat, key: str
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.subscribe(NAME, receiver.url, form=form)

        await purchase(laurel)

        (request,) = receiver.requests
        assert key in request.json
