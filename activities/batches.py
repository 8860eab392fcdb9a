"""Run many events in one activity: members side by side, the events of one member in the order of its queue."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from activities.errors import NEVER_RETRY
from activities.event_runner import EventRunner, Ran
from loyalty.engine.processing import OpenContext, process_once
from loyalty.events.context import MAX_EVENTS, TOO_MANY
from loyalty.events.turns import Runner
from loyalty.references import BatchResult, DeliveryRef, EventRef, StepResult

BATCH_SECONDS = 1.0
"""After this time an activity starts no further event, so that it ends long before its timeout."""

MEMBERS_AT_ONCE = 32
"""Enough for events to share a commit of the database; few enough for live events to be answered meanwhile."""


async def run_batch(
    runner: EventRunner, events: Sequence[EventRef], now: datetime, *, seconds: float = BATCH_SECONDS
) -> BatchResult:
    """Run all steps of events until done or `seconds` have passed; the result has the remaining ones, in order."""
    batch = _Batch(runner, now, seconds)
    members = [list(of_member) for _, of_member in groupby(sorted(events, key=_member), key=_member)]
    ends = await asyncio.gather(*(batch.run_member(of_member) for of_member in members), return_exceptions=True)
    for failure in ends:  # the others have finished: nothing of this attempt runs beside the next one
        if failure is not None:
            raise failure
    left = {event.id for event in batch.left}
    return BatchResult(batch.did, batch.deliveries, batch.wakes_clock, [e.id for e in events if e.id in left])


class _Batch:
    """The results of the events of one activity, and the remaining ones."""

    def __init__(self, runner: EventRunner, now: datetime, seconds: float) -> None:
        self._runner = runner
        self._now = now
        self._until = asyncio.get_running_loop().time() + seconds
        self._places = asyncio.Semaphore(MEMBERS_AT_ONCE)
        self.did: list[str] = []
        self.deliveries: list[DeliveryRef] = []
        self.wakes_clock = False
        self.left: list[EventRef] = []

    async def run_member(self, events: list[EventRef]) -> None:
        """Run the events of one member, one after the other; stop at one that waits for an event outside the batch."""
        for number, event in enumerate(events):
            if self._seconds_left <= 0 or not await self._run_in_turn(event):
                self.left += events[number:]
                return

    @property
    def _seconds_left(self) -> float:
        return self._until - asyncio.get_running_loop().time()

    async def _run_in_turn(self, root: EventRef) -> bool:
        """Run an event with all that it causes; return False if its turn did not come in time."""
        with self._runner.queue.turn(root) as turn:
            turn.start(max(0.0, self._seconds_left))
            while True:
                async with self._places:
                    position = await self._run_root(root)
                if position is None:
                    return True
                if not turn.begin(position) or not await turn.wait():
                    return False

    async def _run_root(self, root: EventRef) -> int | None:
        """Run an event with all that it causes; return its position in the queue if it must wait."""
        waiting, answered, error = [root], 0, ""
        while waiting and answered < MAX_EVENTS:
            event = waiting.pop(0)
            answered += 1
            try:
                ran = await self._run_event(event, "" if waiting else root.id)
            except NEVER_RETRY as failure:
                error = error or str(failure)
                break
            if ran.result.waits:
                return ran.position or 0
            if ran.result.owner:
                return None
            waiting += ran.result.caused
            error = error or ran.result.error
            self._collect(event, ran.result)
        else:
            error = error or (TOO_MANY if waiting else "")
        if error:
            await self._runner.fail(root, error, self._now)
            self.did.append(f"{root.type} {root.id}: failed: {error}")
        return None

    async def _run_event(self, event: EventRef, root: str) -> Ran:
        def work(open_context: OpenContext, runner: Runner) -> StepResult:
            return process_once(open_context, runner, root=root)

        return await self._runner.run(event, work, self._now, root=root)

    def _collect(self, event: EventRef, result: StepResult) -> None:
        self.did.append(f"{event.type} {event.id}: {', '.join(result.did) or 'nothing'}")
        self.deliveries += result.deliveries
        self.wakes_clock = self.wakes_clock or result.wakes_clock


def _member(event: EventRef) -> str:
    return event.member
