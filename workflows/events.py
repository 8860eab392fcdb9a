"""The workflows that answer events: decide, apply, and the same for each event caused by that."""

import asyncio
import contextlib
from datetime import timedelta
from itertools import count
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.due_items import DueItemActivities
    from activities.events import EventActivities
    from activities.temporal_names import PROCEED
    from loyalty.events.context import MAX_EVENTS, TOO_MANY
    from loyalty.references import BatchOptions, BatchResult, DeliveryRef, EventOutcome, EventRef, StepResult
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT
    from workflows.failures import message_of
    from workflows.search_attributes import OUTCOME
    from workflows.webhooks import deliver

STEPS = {
    "award_points": EventActivities.award_points,
    "change_member": EventActivities.change_member,
    "issue_rewards": EventActivities.issue_rewards,
    "update_achievements": EventActivities.update_achievements,
    "take_back": EventActivities.take_back,
}
"""The activities that apply a decision, by the names in `StepResult.steps`."""

BATCH_STEP = 20
"""Events for one activity of a batch that began before members had queues."""

TURN_TIMEOUT = timedelta(minutes=1)
"""How long an event waits for the signal of its turn. Then it is left to the relay, which runs many at once."""

BATCH_PAUSE = timedelta(seconds=1)
"""Pause of a batch in which every remaining event waits for one outside of it."""

MAX_BATCH_PAUSES = 5
"""Pauses in a row after which a batch leaves the waiting events to the relay."""


@workflow.defn(name="ReactToEvent")
class ReactToEvent:
    """Answers one event: from stored to applied, with the first minute of its deliveries."""

    def __init__(self) -> None:
        self._fired: list[str] = []
        self._did: list[str] = []
        self._error = ""
        self._owner = ""
        self._is_left_to_relay = False
        self._deliveries: list[DeliveryRef] = []
        self._may_proceed = False

    @workflow.signal(name=PROCEED)
    def proceed(self) -> None:
        """Check again whether it is the event's turn: the one before it is applied or failed."""
        self._may_proceed = True

    @workflow.run
    async def run(self, event: EventRef) -> EventOutcome:
        """Answer the event and all events that it causes, unless another workflow does."""
        try:
            await self._answer(event)
        except (
            ActivityError,
            ApplicationError,
        ) as failure:  # a local activity's failure is the ApplicationError itself
            self._error = message_of(failure)
        if self._error and not self._owner:
            await _local(EventActivities.fail, [event, self._error, workflow.now()], "say why not")
        outcome = self._outcome()
        workflow.upsert_search_attributes([OUTCOME.value_set(outcome)])
        await asyncio.gather(*(deliver(delivery) for delivery in self._deliveries))
        return EventOutcome(outcome, self._fired, self._did, self._error)

    def _outcome(self) -> str:
        if self._owner or self._is_left_to_relay:
            return "handed_over"
        return "failed" if self._error else "applied" if self._fired or self._did else "nothing"

    async def _answer(self, event: EventRef) -> None:
        waiting = [event]
        for answered in count():
            if not waiting:
                return
            if answered == MAX_EVENTS:
                self._error = self._error or TOO_MANY
                return
            current = waiting.pop(0)
            decided = await self._decide(current, "" if waiting else event.id)
            waiting += decided.caused
            for name in decided.steps:
                last = name == decided.steps[-1]
                applied = await self._take(STEPS[name], current, last, "" if waiting else event.id)
                waiting += applied.caused
                if self._owner:
                    return
            if self._owner or self._is_left_to_relay:
                return

    async def _decide(self, event: EventRef, root: str) -> StepResult:
        """Decide an event when its turn has come; leave it to the relay if that takes long, or a signal was lost."""
        while (decided := await self._take(EventActivities.decide, event, root)).waits:
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._may_proceed, timeout=TURN_TIMEOUT, timeout_summary="until the event before it is done"
                )
            if not self._may_proceed and workflow.patched("leave-to-relay"):
                await _local(EventActivities.hand_over, [event.store, [event.id]], "to the relay: it waits long")
                self._is_left_to_relay = True
                return decided
            self._may_proceed = False
        return decided

    async def _take(self, step: Any, event: EventRef, *more: Any) -> StepResult:
        applied: StepResult = await _local(step, [event, workflow.now(), *more], event.type)
        self._fired += applied.fired
        self._did += applied.did
        self._error = self._error or applied.error
        self._owner = self._owner or applied.owner
        self._deliveries += applied.deliveries
        if applied.wakes_clock:
            await _local(DueItemActivities.wake_clock, [event.store], "something falls due earlier")
        return applied


@workflow.defn(name="ReactToBatch")
class ReactToBatch:
    """Answers many events of one store, each in one transaction, members side by side."""

    def __init__(self) -> None:
        self._did: list[str] = []
        self._deliveries: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, events: list[EventRef], options: BatchOptions | None = None) -> EventOutcome:
        """Answer the events and all events that they cause. `options` None: started before members had queues."""
        if options is None:
            return await self._run_in_pieces(events)
        left, pauses = events, 0
        while left and pauses <= MAX_BATCH_PAUSES:
            before = len(left)
            left = await self._run_some(left, len(events))
            if left and len(left) == before:
                pauses += 1
                await workflow.sleep(BATCH_PAUSE, summary=f"{len(left)} events wait for others")
            else:
                pauses = 0
        if left:
            ids = [event.id for event in left]
            await _local(EventActivities.hand_over, [left[0].store, ids], f"{len(ids)} to the relay")
        workflow.upsert_search_attributes([OUTCOME.value_set("handed_over" if left else "applied")])
        await asyncio.gather(*self._deliveries)
        return EventOutcome("handed_over" if left else "applied", [], self._did)

    async def _run_some(self, events: list[EventRef], of: int) -> list[EventRef]:
        """Run events for a moment, and start their deliveries; return the remaining events.

        Not a local activity: a workflow task lasts as long as its consecutive local activities.
        """
        result: BatchResult = await workflow.execute_activity_method(
            EventActivities.run_batch,
            args=[events, workflow.now()],
            start_to_close_timeout=STEP_TIMEOUT,
            retry_policy=RETRY_FOREVER,
            summary=f"from {of - len(events) + 1} of {of}",
        )
        self._did += result.did
        self._deliveries += [asyncio.create_task(deliver(delivery)) for delivery in result.deliveries]
        if result.wakes_clock:
            await _local(DueItemActivities.wake_clock, [events[0].store], "something falls due earlier")
        left = set(result.left)
        return [event for event in events if event.id in left]

    async def _run_in_pieces(self, events: list[EventRef]) -> EventOutcome:
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
