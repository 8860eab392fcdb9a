"""Clocks that were terminated, failed or cannot go on are brought back, and hold up no other store's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.due_items import wake_clock
from activities.owners import Owners
from activities.temporal_names import STORE_CLOCK, TASK_QUEUE, clock_id
from database import Database, Transaction
from database.programs import Programs
from loyalty.ids import new_id
from tests.kit import programs
from tests.kit.running import running
from tests.workflows.test_due_items import warn_now, warned
from workflows.clock_watch import CHECK_EVERY, ClockWatch


async def until(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():
            await asyncio.sleep(0.1)


async def terminate(client: Client, store: str) -> None:
    await client.get_workflow_handle(clock_id(store)).terminate()


async def test_a_terminated_clock_is_missed_once_an_item_is_overdue_although_it_seems_to_be_set(
    database: Database, temporal: Client
) -> None:
    async with running(database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        await laurel.report(ann, "purchase", {"total": 80})
        await wake_clock(temporal, laurel.store)
        await terminate(temporal, laurel.store)
        await warn_now(laurel, ann)
        early = datetime.now(UTC) - timedelta(days=1)
        await database.store(laurel.store).write(lambda tx: tx.due_items.set_clock(early))

        await until(lambda: warned(laurel, ann))


async def test_a_terminated_clock_is_missed_before_anything_is_due(sqlite_database: Database, temporal: Client) -> None:
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        await laurel.report(await laurel.register(), "purchase", {"total": 80})
        await wake_clock(temporal, laurel.store)
        await terminate(temporal, laurel.store)
        watch, now = ClockWatch(sqlite_database, temporal), datetime.now(UTC)

        await watch.look(now=now)
        before = await Owners(temporal).state(clock_id(laurel.store))
        await watch.look(now=now + CHECK_EVERY)
        after = await Owners(temporal).state(clock_id(laurel.store))

        assert (before, after) == ("gone", "running")


async def test_a_program_that_cannot_be_read_stops_neither_its_clock_for_good_nor_others(
    sqlite_database: Database, temporal: Client
) -> None:
    other = f"O{new_id()[-6:]}"
    files = programs.files(program=programs.PROGRAM.replace("store: DEFAULT", f"store: {other}"))
    await Programs(sqlite_database).deploy(files, by="test")

    def break_it(tx: Transaction) -> None:
        tx.connection.exec_driver_sql("""UPDATE revision SET files = '{"program.yaml": "nonsense"}'""")
        tx.due_items.set("lot 1", "warn", datetime.now(UTC), member=None)

    await sqlite_database.store(other).write(break_it)
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        ann = await laurel.register()
        await laurel.report(ann, "purchase", {"total": 80})
        await warn_now(laurel, ann)
        await until(lambda: warned(laurel, ann))
        await asyncio.sleep(2)
        while_broken = await Owners(temporal).state(clock_id(other))
        described = await temporal.get_workflow_handle(clock_id(other)).describe()

        changed = programs.files(program=files["program.yaml"].decode() + "tier_review: {after: 100d}\n")
        await Programs(sqlite_database).deploy(changed, by="test")

        async def is_run() -> bool:
            return await sqlite_database.store(other).read(lambda tx: tx.due_items.get("lot 1", "warn")) is None

        await until(is_run)
        assert while_broken == "running"
        assert described.history_length < 100, "it looks again and again without a pause"


@workflow.defn(name=STORE_CLOCK)
class OtherClock:
    """A clock of another version, whose history does not fit."""

    @workflow.run
    async def run(self, store: str) -> None:
        await workflow.sleep(timedelta(days=300))


async def test_a_clock_whose_history_does_not_fit_the_code_is_started_anew(
    sqlite_database: Database, temporal: Client
) -> None:
    store = ""
    async with running(sqlite_database, temporal, programs.files()) as laurel:
        store = laurel.store
        ann = await laurel.register()
        await laurel.report(ann, "purchase", {"total": 80})
        await wake_clock(temporal, store)
        await terminate(temporal, store)
    foreign = Worker(
        temporal, task_queue=TASK_QUEUE, workflows=[OtherClock], workflow_runner=UnsandboxedWorkflowRunner()
    )
    async with foreign:
        await temporal.start_workflow(STORE_CLOCK, store, id=clock_id(store), task_queue=TASK_QUEUE)
        await asyncio.sleep(1)
    await sqlite_database.store(store).write(
        lambda tx: tx.due_items.set("lot 1", "warn", datetime.now(UTC), member=None)
    )
    async with running(sqlite_database, temporal, programs.files()):

        async def is_run() -> bool:
            return await sqlite_database.store(store).read(lambda tx: tx.due_items.get("lot 1", "warn")) is None

        await until(is_run, seconds=80)
