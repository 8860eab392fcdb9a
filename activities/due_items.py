"""The activities of a store's clock: when the next item is due, run what is due, wake the clock."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import structlog
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.temporal_names import LOOK_AGAIN, RUN_DUE_ITEMS, STORE_CLOCK, TASK_QUEUE, clock_id
from database import Database, Transaction
from database.errors import is_transient
from database.programs import Programs
from loyalty.engine.due_items import PAGE, DueItemResult, run_due_item
from loyalty.program.program import Program
from loyalty.references import DueBatch, NextDue
from loyalty.store.due_items import DueItem
from rules.storable import storable_text
from telemetry.metrics import count_accepted_events, count_due_item

MAX_ERROR_LENGTH = 2000
"""The most characters of an error that are stored with its item."""

log = structlog.get_logger(__name__)


class DueItemActivities:
    """Activities on the due items of a store. Temporal runs each at least once; all are idempotent."""

    def __init__(self, database: Database, programs: Programs, client: Client) -> None:
        self._database = database
        self._programs = programs
        self._client = client

    @activity.defn(name="next_due")
    async def next_due(self, store: str) -> NextDue:
        """Return when the store's next item is due, and store that time: then only an earlier item wakes the clock."""

        def note(tx: Transaction) -> NextDue:
            earliest = tx.due_items.earliest()
            tx.due_items.set_clock(earliest)
            return NextDue(earliest)

        return await self._database.store(store).write(note)

    @activity.defn(name=RUN_DUE_ITEMS)
    async def run_due_items(self, store: str, now: datetime) -> DueBatch:
        """Run one page of the items due by `now`, each in a transaction, and return the events that report them.

        Members are served side by side, the items of one member in order. The relay finds the events if they are lost.
        While the program in force cannot be read, all items wait.
        """
        items = await self._database.store(store).read(lambda tx: tx.due_items.due(now=now, limit=PAGE))
        try:  # after the items: what a deploy made due is run by its revision, or by a later one
            revision, program = await self._programs.current(store, fresh=True)
        except Exception as error:
            if is_transient(error):
                raise
            log.exception("due items wait: the program in force cannot be read", store=store)
            return await self._nothing_was_run(store, now)
        by_member: dict[str, list[DueItem]] = defaultdict(list)
        for item in items:
            by_member[item.member or item.subject].append(item)
        run = _Run(self._database, store, program, revision, now)
        await asyncio.gather(*(run.in_order(each) for each in by_member.values()))
        results = [run.results[item.subject, item.kind] for item in items if (item.subject, item.kind) in run.results]
        if not any(result.was_run for result in results):
            return await self._nothing_was_run(store, now)
        return DueBatch([event for each in results for event in each.events], more=len(items) == PAGE)

    @activity.defn(name="wake_clock")
    async def wake_clock(self, store: str) -> None:
        """Make the store's clock read its next due time again; start the clock if it does not run."""
        await wake_clock(self._client, store)

    async def _nothing_was_run(self, store: str, now: datetime) -> DueBatch:
        """Return when the next item is due, and store that time, so that only an earlier one wakes the clock."""

        def note(tx: Transaction) -> DueBatch:
            following = tx.due_items.earliest(after=now)
            tx.due_items.set_clock(following)
            return DueBatch(waits=True, next_at=following)

        return await self._database.store(store).write(note)


class _Run:
    """One run of due items. `results`: the result of each item, by subject and kind, without those left for later."""

    def __init__(self, database: Database, store: str, program: Program, revision: int, now: datetime) -> None:
        self._store = database.store(store)
        self._name = store
        self._program = program
        self._revision = revision
        self._now = now
        self.results: dict[tuple[str, str], DueItemResult] = {}

    async def in_order(self, items: Sequence[DueItem]) -> None:
        """Run the items of one member, up to the first transient error: the rest is run later."""
        for item in items:
            try:
                self.results[item.subject, item.kind] = await self._run_or_set_aside(item)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("due item is left for later", **self._names(item), because=_reason(error))
                return

    async def _run_or_set_aside(self, item: DueItem) -> DueItemResult:
        program, revision, now = self._program, self._revision, self._now
        try:
            result = await self._store.write(lambda tx: run_due_item(tx, program, revision, item, now=now))
        except Exception as error:
            if is_transient(error):
                raise
            reason = _reason(error)
        else:
            if result.was_run:
                count_due_item(self._name, item.kind, "run")
                count_accepted_events(self._name, len(result.events))
            return result
        if await self._store.write(lambda tx: tx.due_items.set_aside(item, reason, now=now)):
            count_due_item(self._name, item.kind, "set_aside")
            log.error("due item is set aside", **self._names(item), because=reason)
        return DueItemResult(was_run=True)

    def _names(self, item: DueItem) -> dict[str, str]:
        return {"store": self._name, "subject": item.subject, "kind": item.kind}


def _reason(error: Exception) -> str:
    return storable_text(f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH])


async def wake_clock(client: Client, store: str, *, instead: bool = False) -> None:
    """Signal the clock of a store, and start it if it does not run. `instead`: restart it even if it runs."""
    if instead:
        await client.get_workflow_handle(clock_id(store)).terminate("its code does not fit its history")
    await client.start_workflow(
        STORE_CLOCK,
        store,
        id=clock_id(store),
        task_queue=TASK_QUEUE,
        start_signal=LOOK_AGAIN,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"the clock of {store}",
    )
