"""The answer to an event: decide, apply, and go round again for whatever that caused."""

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
    from workflows.options import FOR_EVER, OUTCOME, STEP_TIMEOUT
    from workflows.webhooks import deliver

STEPS = {
    "award_points": EventActivities.award_points,
    "change_member": EventActivities.change_member,
    "issue_rewards": EventActivities.issue_rewards,
    "update_achievements": EventActivities.update_achievements,
}
"""What applies a decision, by the names under which it asks for them."""

A_FEW = 20
"""Events that one activity of a batch answers: well within its time."""


@workflow.defn
class ReactToEvent:
    """One event, from stored to applied, and its webhooks through their first minute."""

    def __init__(self) -> None:
        self._fired: list[str] = []
        self._did: list[str] = []
        self._error = ""
        self._deliveries: list[DeliveryRef] = []

    @workflow.run
    async def run(self, event: EventRef) -> EventOutcome:
        """Answer the event and everything it causes; the result says what came of it."""
        try:
            await self._answer(event)
        except (ActivityError, ApplicationError) as failure:  # of a local activity, what it raised itself
            self._error = _words_of(failure)
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


@workflow.defn
class ReactToBatch:
    """Many events at once, a few to an activity."""

    @workflow.run
    async def run(self, events: list[EventRef]) -> EventOutcome:
        """Answer the events and everything they cause."""
        did: list[str] = []
        deliveries: list[DeliveryRef] = []
        for first in range(0, len(events), A_FEW):
            some = events[first : first + A_FEW]
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
    """One database step, tried until it is done."""
    return await workflow.execute_local_activity_method(
        method, args=args, start_to_close_timeout=STEP_TIMEOUT, retry_policy=FOR_EVER, summary=summary
    )


def _words_of(failure: ActivityError | ApplicationError) -> str:
    said = failure if isinstance(failure, ApplicationError) else failure.cause
    return said.message if isinstance(said, ApplicationError) else str(said or failure)
