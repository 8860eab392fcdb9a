"""The activities that answer an event: one transaction each, run at least once, safe to run twice."""

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
    """The steps that decide a stored event and apply the decision."""

    def __init__(self, database: Database, programs: Programs, in_flight: InFlightLimiter | None = None) -> None:
        self._database = database
        self._programs = programs
        self._in_flight = in_flight or InFlightLimiter()

    @activity.defn(name="decide")
    async def decide(self, event: EventRef, now: datetime, root: str) -> StepResult:
        """Evaluate the reactors, store the decision, make the event's messages. `root`: see `run_once`."""
        return await self._once(event, "decide", now, decide_event, last=True, root=root)

    @activity.defn(name="award_points")
    async def award_points(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Post the awards and deductions of the decision."""
        return await self._once(event, "award_points", now, post_points, last=last, root=root)

    @activity.defn(name="change_member")
    async def change_member(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Grant badges, set tiers and attributes."""
        return await self._once(event, "change_member", now, change_member, last=last, root=root)

    @activity.defn(name="issue_rewards")
    async def issue_rewards(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Issue the rewards of the decision."""
        return await self._once(event, "issue_rewards", now, issue_rewards, last=last, root=root)

    @activity.defn(name="update_achievements")
    async def update_achievements(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Record the event's progress in achievements."""
        return await self._once(event, "update_achievements", now, update_achievements, last=last, root=root)

    @activity.defn(name="fail")
    async def fail(self, event: EventRef, error: str, now: datetime) -> None:
        """Mark the event as failed with its error."""
        store = self._database.store(event.store)
        await store.write(lambda tx: tx.events.set_failed(event.id, error, now=now))
        self._in_flight.release(event.id)

    @activity.defn(name="react_to_events")
    async def react_to_events(self, events: list[EventRef], now: datetime) -> StepResult:
        """Run all steps of each event in one transaction. For due items: they come in batches, and no client waits."""
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
            self._in_flight.release(root)
        return applied
