"""Jobs that send many deliveries again: counted first, each delivery once, beside the relay and other requests."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database import Database
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.refusals import NoLiveSubscription, OtherEventName, ResendFinished
from loyalty.store.resends import Resend, ResendCriteria
from loyalty.webhooks import resending
from loyalty.webhooks.resending import begin_resend, cancel_resend, resend_delivery, resend_page
from tests.kit import programs
from tests.kit.webhooks import Delivered, add_deliveries, deliveries, subscribe

FAILED = ("failed",) * 5


@pytest.fixture
async def failed(database: Database, monkeypatch: pytest.MonkeyPatch) -> Delivered:
    """Five deliveries that were given up, in a store where a job looks at two in one page."""
    await Programs(database).deploy(programs.files(), by="test")
    monkeypatch.setattr(resending, "PAGE", 2)
    return await add_deliveries(database, *FAILED)


async def begin(database: Database, criteria: ResendCriteria, target: str | None = None) -> Resend:
    now, job_id = datetime.now(UTC), new_id()
    return await database.store("DEFAULT").write(
        lambda tx: begin_resend(tx.deliveries, job_id, criteria, target=target, by="ann", now=now)
    )


async def go_on(database: Database, job: Resend) -> Resend:
    """Run the next page of a job."""
    found = await database.store("DEFAULT").write(lambda tx: resend_page(tx.deliveries, job.id, now=datetime.now(UTC)))
    assert found is not None
    return found


async def test_a_job_counts_first_and_sends_each_delivery_again_once(database: Database, failed: Delivered) -> None:
    job = await begin(database, ResendCriteria(subscription=failed.subscription))
    await add_deliveries(database, "failed")  # made, and given up, before the job; another subscription's

    pages = [job]
    while pages[-1].status == "running":
        pages.append(await go_on(database, job))
    after = await go_on(database, job)

    assert [(each.total, each.looked_at, each.resent) for each in pages] == [(5, 0, 0), (5, 2, 2), (5, 4, 4), (5, 5, 5)]
    assert after == pages[-1]
    assert [each.id for each in await deliveries(database, "pending")] == failed.ids


async def test_pages_of_a_job_at_once_send_nothing_twice(database: Database, failed: Delivered) -> None:
    job = await begin(database, ResendCriteria())

    await asyncio.gather(*(go_on(database, job) for _ in range(8)))

    done = await database.store("DEFAULT").read(lambda tx: tx.deliveries.resend(job.id))
    assert (done.status, done.looked_at, done.resent) == ("done", 5, 5)


async def test_what_is_resent_while_a_job_or_the_relay_sends_it_is_sent_once(
    database: Database, failed: Delivered
) -> None:
    job = await begin(database, ResendCriteria())
    now = datetime.now(UTC)

    async def by_hand(delivery_id: str) -> None:
        await database.store("DEFAULT").write(
            lambda tx: resend_delivery(tx.deliveries, delivery_id, target=None, now=now)
        )

    async def relay() -> list[str]:
        taken = await database.take_overdue_deliveries(
            now=now + timedelta(minutes=1), limit=10, again_after=timedelta(minutes=5)
        )
        return [each.delivery.id for each in taken]

    await asyncio.gather(*(by_hand(each) for each in failed.ids), *(go_on(database, job) for _ in range(3)))
    taken = await asyncio.gather(*(relay() for _ in range(4)))

    assert sorted(each for page in taken for each in page) == sorted(failed.ids)


async def test_a_cancelled_job_stops_where_it_is(database: Database, failed: Delivered) -> None:
    job = await begin(database, ResendCriteria())
    await go_on(database, job)
    store = database.store("DEFAULT")

    for _ in range(2):
        assert await store.write(lambda tx: cancel_resend(tx.deliveries, job.id, now=failed.now))
    stopped = await go_on(database, job)

    assert (stopped.status, stopped.resent) == ("cancelled", 2)
    assert len(await deliveries(database, "pending")) == 2


async def test_a_job_that_is_done_is_not_cancelled(database: Database, failed: Delivered) -> None:
    job = await begin(database, ResendCriteria(member=new_id()))
    await go_on(database, job)

    with pytest.raises(ResendFinished):
        await database.store("DEFAULT").write(lambda tx: cancel_resend(tx.deliveries, job.id, now=failed.now))


async def test_what_a_removed_subscription_missed_goes_to_the_one_that_replaces_it(
    database: Database, failed: Delivered
) -> None:
    store = database.store("DEFAULT")
    await store.write(lambda tx: tx.subscriptions.remove(failed.subscription))
    target = await subscribe(database, "https://new.example/")

    alone = await begin(database, ResendCriteria())
    while (alone := await go_on(database, alone)).status == "running":
        pass
    jobs = [await begin(database, ResendCriteria(subscription=failed.subscription), target) for _ in range(2)]
    for job in jobs:
        while (await go_on(database, job)).status == "running":
            pass

    assert (alone.looked_at, alone.resent) == (5, 0)
    assert len(await deliveries(database, "pending")) == 5


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"event_name": "CustomerUpdated"}, OtherEventName), ({"is_disabled": True}, NoLiveSubscription)],
)
async def test_a_job_to_a_subscription_that_cannot_take_it_is_refused(
    database: Database, failed: Delivered, fields: dict[str, Any], error: type[Exception]
) -> None:
    is_disabled = "is_disabled" in fields
    target = await subscribe(database, "https://new.example/", **({} if is_disabled else fields))
    if is_disabled:
        await database.store("DEFAULT").write(lambda tx: tx.subscriptions.change(target, disabled_at=failed.now))

    with pytest.raises(error):
        await begin(database, ResendCriteria(name="CustomerRegistered"), target)


async def test_criteria_find_what_they_say(database: Database, failed: Delivered) -> None:
    second = timedelta(seconds=1)
    criteria = [
        ResendCriteria(statuses=("delivered",)),
        ResendCriteria(name="CustomerRegistered", member=failed.member),
        ResendCriteria(created_from=failed.now + second, created_until=failed.now + 3 * second),
        ResendCriteria(finished_from=failed.now + 4 * second),
    ]

    counted = await database.store("DEFAULT").read(
        lambda tx: [tx.deliveries.count(each, until=datetime.now(UTC)) for each in criteria]
    )

    assert counted == [0, 5, 2, 1]
