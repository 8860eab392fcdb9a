"""The activities of a store's clock: when the next item is due, run what is due, wake the clock."""

from datetime import datetime

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.temporal_names import LOOK_AGAIN, RUN_DUE_ITEMS, STORE_CLOCK, TASK_QUEUE, clock_id
from database import Database, Transaction
from database.programs import Programs
from loyalty.engine.due_items import run_due_items
from loyalty.references import DueBatch, NextDue


class DueItemActivities:
    """Activities on the due items of a store. The worker runs each at least once; all are safe to run twice."""

    def __init__(self, database: Database, programs: Programs, client: Client) -> None:
        self._database = database
        self._programs = programs
        self._client = client

    @activity.defn(name="next_due")
    async def next_due(self, store: str) -> NextDue:
        """Return when the store's next item is due, and store that time: only an earlier item wakes the clock."""

        def note(tx: Transaction) -> NextDue:
            earliest = tx.due_items.earliest()
            tx.due_items.set_clock(earliest)
            return NextDue(earliest)

        return await self._database.store(store).write(note)

    @activity.defn(name=RUN_DUE_ITEMS)
    async def run_due_items(self, store: str, now: datetime) -> DueBatch:
        """Run one page of the items due by `now`, and return the events that report them."""
        revision, program = await self._programs.current(store)
        return await self._database.store(store).write(lambda tx: run_due_items(tx, program, revision, now=now))

    @activity.defn(name="wake_clock")
    async def wake_clock(self, store: str) -> None:
        """Make the store's clock read its next due time again; start the clock if it does not run."""
        await wake_clock(self._client, store)


async def wake_clock(client: Client, store: str) -> None:
    """Signal the clock of a store, and start it if it does not run."""
    await client.start_workflow(
        STORE_CLOCK,
        store,
        id=clock_id(store),
        task_queue=TASK_QUEUE,
        start_signal=LOOK_AGAIN,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"the clock of {store}",
    )
