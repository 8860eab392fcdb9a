"""The workflow that moves notices after a change of their days: begun by the relay, and once more a minute later."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from database import Database
from loyalty.engine import notices
from loyalty.engine.notices import change_notice_days
from loyalty.references import NoticeProgress, notices_workflow_id
from tests.kit import programs
from tests.kit.running import Running, running
from workflows.notices import relay_notice_moves


@pytest.fixture
def settled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "SETTLED_AFTER", timedelta(milliseconds=50))


async def change_days(laurel: Running) -> NoticeProgress:
    """Give a member points, and change the days of their notice; return what the workflow returns."""
    member = await laurel.register()
    await laurel.report(member, "purchase", {"total": 80})
    store = laurel.parts.database.store(laurel.store)
    await store.write(lambda tx: change_notice_days(tx.settings, {"points": 30}, now=datetime.now(UTC)))
    client = laurel.parts.client
    handle = client.get_workflow_handle(notices_workflow_id(laurel.store), result_type=NoticeProgress)
    while True:
        await relay_notice_moves(laurel.parts.database, client, now=datetime.now(UTC))
        try:
            progress: NoticeProgress = await handle.result()
        except RPCError:  # another relay has taken the job, and starts the workflow
            continue
        return progress


@pytest.mark.usefixtures("settled_at_once")
async def test_a_change_is_carried_out_by_a_workflow(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        progress = await change_days(laurel)

        store = laurel.parts.database.store(laurel.store)
        left = await store.read(lambda tx: tx.settings.notice_move())
        assert (progress.looked_at, progress.moved, left) == (2, 1, None)


async def test_a_second_change_does_not_wait_for_the_end_of_the_first(
    sqlite_database: Database, temporal: Client
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        member = await laurel.register()
        await laurel.report(member, "purchase", {"total": 80})
        store, client = laurel.parts.database.store(laurel.store), laurel.parts.client
        rounds = []

        for days in (30, 50):  # the second while the workflow waits for a minute
            await store.write(
                lambda tx, days=days: change_notice_days(tx.settings, {"points": days}, now=datetime.now(UTC))
            )
            await relay_notice_moves(laurel.parts.database, client, now=datetime.now(UTC))
            async with asyncio.timeout(10):
                while (move := await store.read(lambda tx: tx.settings.notice_move())) is None or move.round < 2:
                    await asyncio.sleep(0.05)
            rounds.append((move.round, move.moved))

        assert rounds == [(2, 1), (2, 1)]
        await client.get_workflow_handle(notices_workflow_id(laurel.store)).terminate("the test is over")
