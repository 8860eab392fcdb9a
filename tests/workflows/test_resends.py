"""The workflow of a job that sends many deliveries again: started by the relay, and ended by a cancellation."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from database import Database
from loyalty.ids import new_id
from loyalty.references import ResendProgress, ResendRef
from loyalty.store.resends import ResendCriteria
from loyalty.webhooks import resending
from loyalty.webhooks.resending import begin_resend, cancel_resend
from tests.kit import programs
from tests.kit.running import Running, running
from tests.kit.webhooks import add_deliveries
from workflows.resends import AGAIN_AFTER, relay_resends


async def begin(laurel: Running) -> ResendRef:
    """A job that sends three deliveries again, two in one page."""
    database = laurel.parts.database
    await add_deliveries(database, "failed", "skipped", "failed", store=laurel.store)
    job_id, now = new_id(), datetime.now(UTC)
    await database.store(laurel.store).write(
        lambda tx: begin_resend(tx.deliveries, job_id, ResendCriteria(), target=None, by="ann", now=now)
    )
    return ResendRef(laurel.store, job_id)


async def result(laurel: Running, job: ResendRef) -> ResendProgress:
    """What the workflow of a job returned, whichever relay started it."""
    client = laurel.parts.client
    handle = client.get_workflow_handle(job.workflow_id, result_type=ResendProgress)
    while True:
        await relay_resends(laurel.parts.database, client, now=datetime.now(UTC))
        with suppress(RPCError):
            progress: ResendProgress = await handle.result()
            return progress


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resending, "PAGE", 2)


@pytest.mark.usefixtures("small_pages")
async def test_the_relay_starts_a_job_which_goes_on_to_its_end(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        job = await begin(laurel)

        progress = await result(laurel, job)
        left = await laurel.parts.database.take_waiting_resends(
            now=datetime.now(UTC) + AGAIN_AFTER, again_after=AGAIN_AFTER
        )

        assert progress == ResendProgress(total=3, looked_at=3, resent=3, is_done=True)
        assert left == []


@pytest.mark.usefixtures("small_pages")
async def test_a_job_that_is_cancelled_before_it_begins_sends_nothing(
    sqlite_database: Database, temporal: Client
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        job = await begin(laurel)
        store = laurel.parts.database.store(laurel.store)

        await store.write(lambda tx: cancel_resend(tx.deliveries, job.id, now=datetime.now(UTC)))
        await relay_resends(laurel.parts.database, temporal, now=datetime.now(UTC))

        found = await store.read(lambda tx: tx.deliveries.resend(job.id))
        assert (found.status, found.looked_at) == ("cancelled", 0)
