"""Members are merged by their workflow: when both queues reach it, also if it is terminated."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from temporalio.client import Client

from database import Database, Transaction
from loyalty.events.operations import OperationContext
from loyalty.merging.operations import request_merge
from loyalty.references import MergeRef, merge_workflow_id
from tests.kit.programs import files
from tests.kit.running import Running, running

JOINED = "reactor: joined\non: members_merged\nthen: [{award_points: {points: 5}}]\n"


@pytest.fixture
async def laurel(sqlite_database: Database, temporal: Client) -> AsyncIterator[Running]:
    async with running(sqlite_database, temporal, files(reactors__joined=JOINED)) as started:
        yield started


async def ask(laurel: Running, survivor: str, merged: str) -> MergeRef:
    """Ask for a merge, as the API does."""

    def run(tx: Transaction) -> MergeRef:
        operation = OperationContext(tx, laurel.program, laurel.revision, datetime.now(UTC), "admin")
        return MergeRef(laurel.store, request_merge(operation, tx.merges, survivor, merged))

    return await laurel.parts.database.store(laurel.store).write(run)


async def test_a_merge_waits_for_both_queues_and_what_was_reported_meanwhile_goes_to_the_survivor(laurel: Running):
    database = laurel.parts.database
    ann, bob = await laurel.register("ann@example.com"), await laurel.register("bob@example.com")
    await laurel.report(bob, "purchase", {"total": 30})
    held = await laurel.accept(bob, "purchase", {"total": 3})
    await database.assign(laurel.store, [held.id], "elsewhere", instead_of=[])

    ref = await ask(laurel, ann, bob)
    handle = laurel.parts.client.get_workflow_handle(merge_workflow_id(ref.store, ref.id))
    async with asyncio.timeout(60):
        while not await _is_started(handle):
            await asyncio.sleep(0.05)
    await handle.terminate()  # the relay starts it again
    later = asyncio.create_task(laurel.report(bob, "purchase", {"total": 20}))
    await asyncio.sleep(0.5)
    waiting = await laurel.points(ann), await laurel.points(bob)
    await database.leave_to_relay(laurel.store, [held.id], owners=["elsewhere"], now=datetime.now(UTC))
    async with asyncio.timeout(60):
        outcome = await later
        while await laurel.points(ann) != 58:
            await asyncio.sleep(0.1)

    assert waiting == (0, 30)
    assert outcome.outcome in ("applied", "handed_over")
    assert await laurel.points(bob) == 0
    stored = await database.store(laurel.store).read(lambda tx: tx.merges.get(ref.id))
    assert stored is not None
    assert stored.status == "done"


async def _is_started(handle: object) -> bool:
    try:
        await handle.describe()  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 - it is not there yet
        return False
    return True
