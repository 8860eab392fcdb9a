"""The workflows that answer events: decide, apply, and the same for each event that this causes."""

import asyncio
from itertools import count
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.due_items import DueItemActivities
    from activities.events import EventActivities
    from loyalty.events.context import MAX_EVENTS, TOO_MANY
    from loyalty.references import DeliveryRef, EventOutcome, EventRef, StepResult
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.search_attributes import OUTCOME
    from workflows.webhooks import deliver

STEPS = {
    "award_points": EventActivities.award_points,
    "change_member": EventActivities.change_member,
    "issue_rewards": EventActivities.issue_rewards,
    "update_achievements": EventActivities.update_achievements,
}
"""The activities that apply a decision, by the names in `StepResult.steps`."""

BATCH_STEP = 20
"""Events for one activity of a batch: few enough to end well before its timeout."""


@workflow.defn(name="ReactToEvent")
class ReactToEvent:
    """Answers one event: from stored to applied, with the first minute of its deliveries."""

    def __init__(self) -> None:
        self._fired: list[str] = []
        self._did: list[str] = []
        self._error = ""
        self._deliveries: list[DeliveryRef] = []

    @workflow.run
    async def run(self, event: EventRef) -> EventOutcome:
        """Answer the event and all events that it causes."""
        try:
            await self._answer(event)
        except (
            ActivityError,
            ApplicationError,
        ) as failure:  # a local activity's failure is the ApplicationError itself
            self._error = _message_of(failure)
        if self._error:
            await _local(EventActivities.fail, [event, self._error, workflow.now()], "say why not")
        outcome = "failed" if self._error else "applied" if self._fired or self._did else "nothing"
        workflow.upsert_search_attributes([OUTCOME.value_set(outcome)])
        await asyncio.gather(*(deliver(delivery) for delivery in self._deliveries))
        return EventOutcome(outcome, self._fired, self._did, self._error)

    async def _answer(self, event: EventRef) -> None:
        waiting = [event]
        for answered in count():
            if not waiting:
                return
            if answered == MAX_EVENTS:
                self._error = self._error or TOO_MANY
                return
            current = waiting.pop(0)
            decided = await self._take(EventActivities.decide, current, "" if waiting else event.id)
            for name in decided.steps:
                last = name == decided.steps[-1]
                applied = await self._take(STEPS[name], current, last, "" if waiting else event.id)
                waiting += applied.caused

    async def _take(self, step: Any, event: EventRef, *more: Any) -> StepResult:
        applied: StepResult = await _local(step, [event, workflow.now(), *more], event.type)
        self._fired += applied.fired
        self._did += applied.did
        self._error = self._error or applied.error
        self._deliveries += applied.deliveries
        if applied.wakes_clock:
            await _local(DueItemActivities.wake_clock, [event.store], "something falls due earlier")
        return applied


@workflow.defn(name="ReactToBatch")
class ReactToBatch:
    """Answers many due events of one store, BATCH_STEP in each activity."""

    @workflow.run
    async def run(self, events: list[EventRef]) -> EventOutcome:
        """Answer the events and all events that they cause."""
        did: list[str] = []
        deliveries: list[DeliveryRef] = []
        for first in range(0, len(events), BATCH_STEP):
            some = events[first : first + BATCH_STEP]
            applied: StepResult = await _local(
                EventActivities.react_to_events,
                [some, workflow.now()],
                f"{first + 1}-{first + len(some)} of {len(events)}",
            )
            did += applied.did
            deliveries += applied.deliveries
            if applied.wakes_clock:
                await _local(DueItemActivities.wake_clock, [some[0].store], "something falls due earlier")
        workflow.upsert_search_attributes([OUTCOME.value_set("applied")])
        await asyncio.gather(*(deliver(delivery) for delivery in deliveries))
        return EventOutcome("applied", [], did)


async def _local(method: Any, args: list[Any], summary: str) -> Any:
    """Run one database step as a local activity, with retries."""
    return await workflow.execute_local_activity_method(
        method, args=args, start_to_close_timeout=STEP_TIMEOUT, retry_policy=RETRY_FOREVER, summary=summary
    )


def _message_of(failure: ActivityError | ApplicationError) -> str:
    cause = failure if isinstance(failure, ApplicationError) else failure.cause
    return cause.message if isinstance(cause, ApplicationError) else str(cause or failure)
