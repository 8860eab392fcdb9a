"""The clock of a store: one durable timer, set to the earliest due item of all members."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.due_items import DueItemActivities
    from activities.temporal_names import LOOK_AGAIN, STORE_CLOCK
    from loyalty.references import BatchOptions, DueBatch, EventRef, NextDue
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.events import ReactToBatch, ReactToEvent
    from workflows.search_attributes import attributes_of_event, attributes_of_store

LONGEST_SLEEP = timedelta(days=30)
"""The clock reads its next due time at least this often, in case a signal was lost."""

SHORTEST_PAUSE = timedelta(seconds=1)
"""The first pause when everything that is due must wait; each further one is twice as long."""

LONGEST_PAUSE = timedelta(minutes=1)
"""The longest such pause; the relay wakes the clock earlier if an item can be run."""


@workflow.defn(name=STORE_CLOCK)
class StoreClock:
    """Sleeps until an item of the store is due, runs due items, and sleeps again; it never ends."""

    def __init__(self) -> None:
        self._is_woken = True
        self._pause = SHORTEST_PAUSE

    @workflow.signal(name=LOOK_AGAIN)
    def wake(self) -> None:
        """Read the next due time again: an item may be due earlier."""
        self._is_woken = True

    @workflow.run
    async def run(self, store: str) -> None:
        """Run the clock of one store."""
        while not workflow.info().is_continue_as_new_suggested():
            self._is_woken = False
            due: NextDue = await workflow.execute_local_activity_method(
                DueItemActivities.next_due,
                store,
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary="what is next?",
            )
            if due.at is not None and due.at <= workflow.now():
                await self._run_due_items(store)
            else:
                await self._sleep(due)
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(store)

    async def _sleep(self, due: NextDue) -> None:
        """Wait for the due time or for a signal."""
        if due.at is None:
            await workflow.wait_condition(lambda: self._is_woken)
            return
        longest = min(due.at - workflow.now(), LONGEST_SLEEP)
        await self._is_over(longest, f"until {due.at:%Y-%m-%d %H:%M:%S} UTC")

    async def _wait_for_queues(self, next_at: datetime | None) -> None:
        """Pause, since everything that is due must wait; until another item is due, or a signal arrives."""
        now = workflow.now()
        until = now + self._pause if next_at is None else min(now + self._pause, next_at)
        if until <= now or await self._is_over(until - now, "due items wait for events"):
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _is_over(self, span: timedelta, summary: str) -> bool:
        """Wait for a span of time or for a signal; return whether no signal came."""
        try:
            await workflow.wait_condition(lambda: self._is_woken, timeout=span, timeout_summary=summary)
        except TimeoutError:
            return True
        return False

    async def _run_due_items(self, store: str) -> None:
        """Run one page of due items, and start the workflows of its events; pause if all of them must wait."""
        batch: DueBatch = await workflow.execute_local_activity_method(
            DueItemActivities.run_due_items,
            args=[store, workflow.now()],
            start_to_close_timeout=STEP_TIMEOUT,
            retry_policy=RETRY_FOREVER,
            summary="run what is due",
        )
        if len(batch.due) == 1:
            await _answer_one(batch.due[0])
        elif batch.due:
            await _answer_all(store, batch.due)
        if batch.waits:
            await self._wait_for_queues(batch.next_at)
        else:
            self._pause = SHORTEST_PAUSE


async def _answer_one(event: EventRef) -> None:
    try:
        await workflow.start_child_workflow(
            ReactToEvent.run,
            event,
            id=event.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=attributes_of_event(event),
            static_summary=event.type,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("event %s is being answered already", event.id)


async def _answer_all(store: str, events: list[EventRef]) -> None:
    try:
        await workflow.start_child_workflow(
            ReactToBatch.run,
            args=[events, BatchOptions()],
            id=f"batch/{store}/{events[0].id}",
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=attributes_of_store(store),
            static_summary=f"{len(events)} events that fell due",
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("the events from %s on are being answered already", events[0].id)
