"""The clock of a store: one durable timer, set to the earliest thing that falls due."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.due_items import DueItemActivities
    from loyalty.references import DueBatch, EventRef, NextDue
    from workflows.events import ReactToBatch, ReactToEvent
    from workflows.options import EVENT_TYPE, FOR_EVER, MEMBER, STEP_TIMEOUT, STORE

LONGEST_SLEEP = timedelta(days=30)
"""So that a clock never sleeps through a change of the program that nobody told it of."""


@workflow.defn
class StoreClock:
    """Sleeps until something of any member is due, has it done, and sleeps again. It never ends."""

    def __init__(self) -> None:
        self._looks_again = True

    @workflow.signal
    def look_again(self) -> None:
        """Something may fall due earlier than this clock knows."""
        self._looks_again = True

    @workflow.run
    async def run(self, store: str) -> None:
        """Keep time for one store."""
        while not workflow.info().is_continue_as_new_suggested():
            self._looks_again = False
            due: NextDue = await workflow.execute_local_activity_method(
                DueItemActivities.next_due,
                store,
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=FOR_EVER,
                summary="what is next?",
            )
            if due.at is not None and due.at <= workflow.now():
                await self._ring(store)
            else:
                await self._sleep(due)
        await workflow.wait_condition(workflow.all_handlers_finished)
        workflow.continue_as_new(store)

    async def _sleep(self, due: NextDue) -> None:
        """Wait for the due time or for a signal."""
        if due.at is None:
            await workflow.wait_condition(lambda: self._looks_again)
            return
        try:
            await workflow.wait_condition(
                lambda: self._looks_again,
                timeout=min(due.at - workflow.now(), LONGEST_SLEEP),
                timeout_summary=f"until {due.at:%Y-%m-%d %H:%M:%S} UTC",
            )
        except TimeoutError:
            return

    async def _ring(self, store: str) -> None:
        """Have a page of what is due done, and its events answered by workflows of their own."""
        rung: DueBatch = await workflow.execute_local_activity_method(
            DueItemActivities.run_due_items,
            args=[store, workflow.now()],
            start_to_close_timeout=STEP_TIMEOUT,
            retry_policy=FOR_EVER,
            summary="ring",
        )
        if len(rung.due) == 1:
            await _answer_one(rung.due[0])
        elif rung.due:
            await _answer_all(store, rung.due)


async def _answer_one(event: EventRef) -> None:
    pairs = [
        SearchAttributePair(STORE, event.store),
        SearchAttributePair(EVENT_TYPE, event.type),
        SearchAttributePair(MEMBER, event.member),
    ]
    try:
        await workflow.start_child_workflow(
            ReactToEvent.run,
            event,
            id=event.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=TypedSearchAttributes(pairs),
            static_summary=event.type,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("event %s is being answered already", event.id)


async def _answer_all(store: str, events: list[EventRef]) -> None:
    await workflow.start_child_workflow(
        ReactToBatch.run,
        events,
        id=f"batch/{store}/{events[0].id}",
        parent_close_policy=ParentClosePolicy.ABANDON,
        search_attributes=TypedSearchAttributes([SearchAttributePair(STORE, store)]),
        static_summary=f"{len(events)} events that fell due",
    )
