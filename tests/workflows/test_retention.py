"""The details of old events are removed, and nothing that is needed still; on both databases, while Laurel runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from temporalio.client import Client, WorkflowExecutionStatus

from activities import retention as retention_activities
from activities.backtest import DetailsRemoved, FromDatabase, Job, backtest
from activities.retention import RetentionActivities
from activities.temporal_names import retention_id
from api.events.views import event_details_view
from commands.explain.text import lines
from commands.shared.settings import SettingError, parse_keep
from database import Database, Transaction
from database.access import Access
from database.audit.auditing import audit
from database.audit_log import AuditEntry
from database.history import History
from database.pages import PageRequest
from database.tables import attempt, contribution, delivery, event, message, step
from loyalty.ids import new_id
from loyalty.references import EventRef, RetentionPass
from tests.kit.programs import files
from tests.kit.receiver import Receiver
from tests.kit.running import Running, running
from workflows.retention_watch import start_retention

KEEP = timedelta(days=400)
DETAILS = (step, message, delivery, attempt)


@pytest.fixture
async def laurel(database: Database, temporal: Client, receiver: Receiver) -> AsyncIterator[Running]:
    """A running Laurel whose webhooks arrive."""
    async with running(database, temporal, files()) as started:
        await started.subscribe("AvailablePointsAmountChanged", receiver.url)
        yield started


async def purchases(laurel: Running, number: int = 1) -> tuple[str, list[EventRef]]:
    """A member and that many purchases of theirs, each applied with its webhooks delivered."""
    member = await laurel.register()
    events = [await laurel.accept(member, "purchase", {"total": 10}) for _ in range(number)]
    for each in events:
        await laurel.answer(each)
    return member, events


async def change(laurel: Running, ids: Sequence[str], **values: Any) -> None:
    changed = update(event).where(event.c.id.in_(ids)).values(values)
    await laurel.parts.database.store(laurel.store).write(lambda tx: tx.connection.execute(changed))


async def make_old(laurel: Running, events: Sequence[EventRef]) -> None:
    """Let events, and what they caused, be received and applied before the time for which details are kept."""
    ago = datetime.now(UTC) - KEEP - timedelta(days=1)
    ids = [each.id for each in events]

    def caused(tx: Transaction) -> list[str]:
        return [each.id for parent in ids for each in tx.events.caused_by(parent)]

    ids += await laurel.parts.database.store(laurel.store).read(caused)
    await change(laurel, ids, received_at=ago, settled_at=ago)


async def remove(laurel: Running, keep: timedelta | None = KEEP) -> RetentionPass:
    activities = RetentionActivities(laurel.parts.database, keep)
    return await activities.remove_details(RetentionPass(laurel.store), datetime.now(UTC))


async def counts(laurel: Running) -> list[int]:
    """How many rows the tables of details have, and that of contributions."""

    def count(tx: Transaction) -> list[int]:
        tables = (*DETAILS, contribution)
        here = [select(func.count()).select_from(table).where(table.c.store == laurel.store) for table in tables]
        return [int(tx.connection.execute(each).scalar_one()) for each in here]

    return await laurel.parts.database.store(laurel.store).write(count)


async def test_what_is_old_loses_its_details_and_keeps_what_the_ledger_needs(laurel: Running):
    member, events = await purchases(laurel)
    store = laurel.parts.database.store(laurel.store)
    before = await store.read(lambda tx: tx.events.get(events[0].id))
    points, had = await laurel.points(member), await counts(laurel)
    await make_old(laurel, events)

    removed = await remove(laurel)
    again = await remove(laurel)

    after = await store.read(lambda tx: tx.events.get(events[0].id))
    assert before is not None
    assert after is not None
    assert (removed.removed >= 1, again.removed) == (True, 0)
    assert all(had[:4])
    assert await counts(laurel) == [0, 0, 0, 0, had[4]]
    assert (after.body, after.customer_data, after.decision) == ({}, None, None)
    assert after.removed_at is not None
    same = ("id", "type", "member", "external_id", "time", "revision", "parent", "status")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert await laurel.points(member) == points
    audited = await store.read(
        lambda tx: audit(tx.connection, laurel.store, now=datetime.now(UTC), program=laurel.program)
    )
    assert list(audited.findings) == []


async def test_an_event_that_is_removed_is_shown_as_that(laurel: Running):
    _, events = await purchases(laurel)
    await make_old(laurel, events)
    await remove(laurel)

    def show(tx: Any) -> dict[str, Any]:
        found = tx.events.get(events[0].id)
        return event_details_view(tx, found, laurel.program, temporal_ui=None)

    shown = await laurel.parts.database.store(laurel.store).read(show)

    assert shown["removedAt"]
    assert (shown["decision"], shown["body"], shown["deliveries"]) == (None, {}, [])
    assert shown["outcome"]["entries"], "the ledger is never shortened"
    text = "\n".join(str(line) for line in lines(shown))
    assert "were removed on" in text
    assert "Not decided yet" not in text


@pytest.mark.parametrize("status", ["received", "decided", "failed"])
async def test_an_event_that_is_not_applied_keeps_everything(laurel: Running, status: str):
    _, events = await purchases(laurel)
    await make_old(laurel, events)
    await change(laurel, [events[0].id], status=status)
    await remove(laurel)

    kept = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.get(events[0].id))

    assert kept is not None
    assert (kept.body, kept.removed_at) == ({"total": 10}, None)


async def test_an_event_with_a_pending_delivery_keeps_everything_and_the_next_pass_begins_there(laurel: Running):
    _, events = await purchases(laurel, 2)
    await make_old(laurel, events)
    pending = update(delivery).where(delivery.c.event == events[0].id).values(status="pending")
    store = laurel.parts.database.store(laurel.store)
    await store.write(lambda tx: tx.connection.execute(pending))

    done = await remove(laurel)

    kept, gone = [await store.read(lambda tx, each=each: tx.events.get(each.id)) for each in events]
    assert kept is not None
    assert gone is not None
    assert (kept.removed_at, gone.removed_at is None) == (None, False)
    assert done.first_kept_at == kept.received_at


async def test_a_young_event_keeps_everything_and_without_a_time_all_do(laurel: Running):
    _, events = await purchases(laurel, 2)
    await make_old(laurel, events[:1])
    off = await remove(laurel, None)
    had = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.get(events[0].id))

    await remove(laurel)

    young = await laurel.parts.database.store(laurel.store).read(lambda tx: tx.events.get(events[1].id))
    assert (off.is_off, off.removed) == (True, 0)
    assert had is not None
    assert young is not None
    assert (had.removed_at, young.removed_at) == (None, None)


async def test_of_many_passes_at_once_each_event_is_removed_by_one(laurel: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retention_activities, "PAGE", 3)
    _, events = await purchases(laurel, 8)
    await make_old(laurel, events)

    done = await asyncio.gather(*(remove(laurel) for _ in range(5)))
    last = await remove(laurel)

    total = sum(each.removed for each in done) + last.removed
    removed = (
        select(func.count()).select_from(event).where(event.c.store == laurel.store, event.c.removed_at.is_not(None))
    )
    stored = await laurel.parts.database.store(laurel.store).read(
        lambda tx: tx.connection.execute(removed).scalar_one()
    )
    assert total == stored
    assert stored >= 8


async def test_a_repeated_event_id_still_gets_its_first_answer(laurel: Running):
    member = await laurel.register()
    store = laurel.parts.database.store(laurel.store)
    first = await laurel.accept(member, "purchase", {"total": 10})
    await change(laurel, [first.id], external_id="receipt-1", fingerprint="f" * 64)
    await laurel.answer(first)
    await make_old(laurel, [first])
    await remove(laurel)

    known = await store.read(lambda tx: tx.events.reported_as("receipt-1"))

    assert known is not None
    assert (known.id, known.fingerprint) == (first.id, "f" * 64)


async def test_a_backtest_knows_how_far_back_it_can_go(laurel: Running):
    _, events = await purchases(laurel)
    await make_old(laurel, events)

    def removed_until(since: datetime) -> Any:
        return lambda tx: History(tx.connection, laurel.program, since=since, until=datetime.now(UTC)).removed_until()

    store = laurel.parts.database.store(laurel.store)
    long, short = (datetime.now(UTC) - timedelta(days=days) for days in (500, 30))
    nothing = await store.read(removed_until(long))
    await remove(laurel)

    assert nothing is None
    assert await store.read(removed_until(short)) is None
    assert await store.read(removed_until(long)) is not None


async def test_a_plan_that_would_replay_events_without_bodies_is_refused(laurel: Running, database_url: str):
    _, events = await purchases(laurel)
    await make_old(laurel, events)
    await remove(laurel)
    since, until = datetime.now(UTC) - timedelta(days=500), datetime.now(UTC)
    own = {name: text.replace(b"store: DEFAULT", f"store: {laurel.store}".encode()) for name, text in files().items()}
    job = Job(FromDatabase(database_url, since, until), own, own)

    with pytest.raises(DetailsRemoved, match="LAUREL_KEEP"):
        await asyncio.to_thread(backtest, job, jobs=1, progress=lambda _done, _all: None)


async def test_the_workflow_removes_then_sleeps_for_a_day_and_ends_when_all_is_kept(
    sqlite_database: Database, temporal: Client
):
    async with running(sqlite_database, temporal, files(), keep=KEEP) as laurel:
        _, events = await purchases(laurel)
        await make_old(laurel, events)
        await start_retention(temporal, laurel.store)  # as the worker does, which may have been faster
        handle = temporal.get_workflow_handle(retention_id(laurel.store))
        await handle.terminate()  # it sleeps for a day, or is about to
        await start_retention(temporal, laurel.store)
        store = laurel.parts.database.store(laurel.store)
        async with asyncio.timeout(60):
            while (await store.read(lambda tx: tx.events.get(events[0].id))).removed_at is None:
                await asyncio.sleep(0.1)

        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        await handle.terminate()

    async with running(sqlite_database, temporal, files()) as laurel:
        await start_retention(temporal, laurel.store)
        async with asyncio.timeout(60):
            await temporal.get_workflow_handle(retention_id(laurel.store)).result()


@pytest.mark.parametrize("text", ["400", "30d", "0d", "-40d", "400d ", "1y", "999999d"])
def test_a_wrong_time_is_refused_with_an_example(text: str):
    with pytest.raises(SettingError, match="400d"):
        parse_keep(text)


def test_a_time_is_days_and_nothing_is_for_ever():
    assert [parse_keep("400d"), parse_keep(""), parse_keep(None)] == [timedelta(days=400), None, None]


async def test_old_entries_of_the_audit_log_are_removed_whoever_removes_them_and_however_often(database: Database):
    now = datetime.now(UTC)
    ages = {"old": KEEP + timedelta(days=1), "as old": KEEP, "young": KEEP - timedelta(days=1)}

    def fill(access: Access) -> None:
        for number in range(250):
            access.audit_log.add(entry("DEFAULT", now - ages["old"], f"old {number}"))
        for name, age in ages.items():
            access.audit_log.add(entry("DEFAULT", now - age, name))
            access.audit_log.add(entry(None, now - age, f"{name} of none"))
            access.audit_log.add(entry("OTHER", now - age, f"{name} of another"))

    await database.access_write(fill)
    activities = RetentionActivities(database, None, KEEP)

    done = RetentionPass("DEFAULT")
    first = await asyncio.gather(*(activities.remove_details(done, now) for _ in range(2)))
    again = await activities.remove_details(done, now)

    def names(access: Access) -> set[str]:
        return {each.username for each in access.audit_log.page(PageRequest(500, 0), store=None).records}

    left = await database.access_read(names)
    assert {each.is_done for each in (*first, again)} == {True}
    assert left == {"as old", "as old of none", "young", "young of none", *(f"{name} of another" for name in ages)}


def entry(store: str | None, at: datetime, username: str) -> AuditEntry:
    """An entry of the audit log."""
    who = {"entity_id": None, "user_id": None, "user_type": "admin", "api_key": None, "address": None}
    what = {"event_type": "POST /api/{storeCode}/points/add", "entity_type": "POINTS_TRANSFER", "outcome": "done"}
    return AuditEntry(
        id=new_id(), created_at=at, store=store, username=username, status=200, details=None, **who, **what
    )
