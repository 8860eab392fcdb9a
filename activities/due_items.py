"""The activities of a store's clock, and of whatever has to wake it."""

from datetime import datetime

from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from database import Database, Transaction
from database.programs import Programs
from loyalty.engine.due_items import run_due_items
from loyalty.references import DueBatch, NextDue

TASK_QUEUE = "laurel"


def clock_id(store: str) -> str:
    """The id of a store's clock."""
    return f"clock/{store}"


class DueItemActivities:
    """What falls due."""

    def __init__(self, database: Database, programs: Programs, client: Client) -> None:
        self._database = database
        self._programs = programs
        self._client = client

    @activity.defn
    async def next_due(self, store: str) -> NextDue:
        """When the store's next thing falls due; noted, so that only what is earlier wakes the clock."""

        def note(tx: Transaction) -> NextDue:
            earliest = tx.due_items.earliest()
            tx.due_items.set_clock(earliest)
            return NextDue(earliest)

        return await self._database.store(store).write(note)

    @activity.defn(name="ring")
    async def run_due_items(self, store: str, now: datetime) -> DueBatch:
        """Do a page of what is due by `now`, and answer with the events that tell of it."""
        revision, program = await self._programs.current(store)
        return await self._database.store(store).write(lambda tx: run_due_items(tx, program, revision, now=now))

    @activity.defn
    async def wake_clock(self, store: str) -> None:
        """Let the store's clock look again, and start it if it is not running."""
        await self._client.start_workflow(
            "StoreClock",
            store,
            id=clock_id(store),
            task_queue=TASK_QUEUE,
            start_signal="look_again",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"the clock of {store}",
        )
