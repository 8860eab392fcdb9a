"""The activities that process_event an event. Each is one transaction, safe to run twice."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

from temporalio import activity

from activities.in_flight import InFlightLimiter
from database import Database, Transaction
from database.programs import Programs
from loyalty.achievements.updates import update_achievements
from loyalty.engine.deciding import decide_event
from loyalty.engine.processing import process_event
from loyalty.events.context import MAX_EVENTS, TOO_MANY, EventContext, run_once
from loyalty.members.effects import change_member
from loyalty.points.effects import post_points
from loyalty.references import DeliveryRef, EventRef, StepResult
from loyalty.rewards.effects import issue_rewards


class EventActivities:
    """The steps from a stored event to an applied one."""

    def __init__(self, database: Database, programs: Programs, underway: InFlightLimiter | None = None) -> None:
        self._database = database
        self._programs = programs
        self._underway = underway or InFlightLimiter()

    @activity.defn
    async def decide(self, event: EventRef, now: datetime, root: str) -> StepResult:
        """Ask the reactors, keep their answers, and tell of the event. `root`: see `loyalty.events.context.once`."""
        return await self._once(event, "decide", now, decide_event, last=True, root=root)

    @activity.defn
    async def award_points(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Post the awards and deductions of the decision."""
        return await self._once(event, "award_points", now, post_points, last=last, root=root)

    @activity.defn
    async def change_member(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Grant badges, set tiers and attributes."""
        return await self._once(event, "change_member", now, change_member, last=last, root=root)

    @activity.defn
    async def issue_rewards(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Issue the rewards of the decision."""
        return await self._once(event, "issue_rewards", now, issue_rewards, last=last, root=root)

    @activity.defn
    async def update_achievements(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Count the event towards achievements."""
        return await self._once(event, "update_achievements", now, update_achievements, last=last, root=root)

    @activity.defn
    async def fail(self, event: EventRef, error: str, now: datetime) -> None:
        """Say on the event why it cannot be answered."""
        store = self._database.store(event.store)
        await store.write(lambda tx: tx.events.set_failed(event.id, error, now=now))
        self._underway.leave(event.id)

    @activity.defn
    async def react_to_events(self, events: list[EventRef], now: datetime) -> StepResult:
        """All steps of a few events, one transaction each: for when there are many, and nobody is waiting."""
        did: list[str] = []
        deliveries: list[DeliveryRef] = []
        wakes_clock = False
        for root in events:
            waiting = [root]
            for answered in count():
                if not waiting:
                    break
                if answered == MAX_EVENTS:
                    await self.fail(root, TOO_MANY, now)
                    break
                event = waiting.pop(0)
                end = "" if waiting else root.id
                applied = await self._once(event, "all_steps", now, process_event, last=True, root=end)
                waiting += applied.caused
                if applied.error:
                    await self.fail(root, applied.error, now)
                did.append(f"{event.type} {event.id}: {', '.join(applied.did) or 'nothing'}")
                deliveries += applied.deliveries
                wakes_clock = wakes_clock or applied.wakes_clock
        return StepResult(did=did, deliveries=deliveries, wakes_clock=wakes_clock)

    async def _once(
        self, event: EventRef, name: str, now: datetime, work: Callable[[EventContext], None], *, last: bool, root: str
    ) -> StepResult:
        program = await self._programs.revision(event.store, event.revision)

        def run(tx: Transaction) -> StepResult:
            return run_once(EventContext(tx, program, event, name, now), work, last=last, root=root)

        applied = await self._database.store(event.store).write(run)
        if last and root and not applied.steps and not applied.caused:
            self._underway.leave(root)
        return applied
