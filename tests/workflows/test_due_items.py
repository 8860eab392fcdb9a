"""The clock and the relay together, on a real server: what waits for a queue, and what is tried again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from temporalio.client import Client

from activities.due_items import wake_clock
from database import Database, Transaction
from database.due_items import DueItemQueries
from database.tables import lot as lots
from loyalty.engine.due_items import retry_due_item
from loyalty.store.due_items import DueItem
from tests.kit import programs
from tests.kit.running import Running, running

NOTICE = timedelta(days=7)
"""How long before points expire the program of these tests warns."""


async def until(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():
            await asyncio.sleep(0.1)


async def warned(laurel: Running, member: str) -> bool:
    """Whether a member was warned that points expire."""

    def read(tx: Transaction) -> bool:
        query = "SELECT count(*) FROM event WHERE type = 'points_will_expire' AND member = '{}'"
        return bool(tx.connection.exec_driver_sql(query.format(member)).scalar())

    return await laurel.parts.database.store(laurel.store).read(read)  # type: ignore[arg-type]  # it only reads


async def warn_now(laurel: Running, member: str, *, failed: bool = False) -> str:
    """Make the warning of a member's only lot due now, set aside or not; return the id of the lot."""
    now = datetime.now(UTC)

    def store(tx: Transaction) -> str:
        (lot,) = tx.ledger.lots(member)
        tx.connection.execute(update(lots).where(lots.c.id == lot.id).values(expires_at=now + NOTICE))
        tx.due_items.set(lot.id, "warn", now, member=member)
        if failed:
            tx.due_items.set_aside(DueItem(lot.id, "warn", now, member), "KeyError: 'points'", now=now)
        return lot.id

    return await laurel.parts.database.store(laurel.store).write(store)


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Record when pages of due items are read, in the list that is returned."""
    looks: list[datetime] = []
    due = DueItemQueries.due

    def counted(self: DueItemQueries, *, now: datetime, limit: int) -> list[DueItem]:
        looks.append(now)
        return due(self, now=now, limit=limit)

    monkeypatch.setattr(DueItemQueries, "due", counted)
    return looks


async def test_an_item_waits_for_its_members_queue_without_spinning_and_others_go_on(
    sqlite_database: Database, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count_looks(monkeypatch)
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann, bob = [await laurel.register(f"{name}@example.com") for name in ("ann", "bob")]
        for member in (ann, bob):
            await laurel.report(member, "purchase", {"total": 80})
        held = await laurel.accept(ann, "purchase", {"total": 5})
        await sqlite_database.assign(laurel.store, [held.id], "elsewhere", instead_of=[])
        for member in (ann, bob):
            await warn_now(laurel, member)
        await wake_clock(temporal, laurel.store)

        await until(lambda: warned(laurel, bob))
        ann_was_warned = await warned(laurel, ann)
        before = len(looks)
        await asyncio.sleep(3)
        looked = len(looks) - before
        ann_was_warned_early = await warned(laurel, ann)
        await sqlite_database.leave_to_relay(laurel.store, [held.id], owners=["elsewhere"], now=datetime.now(UTC))
        await until(lambda: warned(laurel, ann))

        assert (ann_was_warned, ann_was_warned_early) == (False, False)
        assert looked < 10


async def test_an_item_that_is_tried_again_is_run_although_nobody_wakes_the_clock(
    sqlite_database: Database, temporal: Client
) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        await laurel.report(ann, "purchase", {"total": 80})
        await wake_clock(temporal, laurel.store)
        lot = await warn_now(laurel, ann, failed=True)
        await asyncio.sleep(4)
        was_warned = await warned(laurel, ann)
        store = laurel.parts.database.store(laurel.store)
        await store.write(lambda tx: retry_due_item(tx.due_items, lot, "warn", now=datetime.now(UTC)))
        await until(lambda: warned(laurel, ann))

        assert not was_warned
