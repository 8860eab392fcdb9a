"""The activities that answer an event. Each is one transaction, safe to run twice."""

from collections.abc import Callable
from datetime import datetime
from itertools import count

from temporalio import activity

from activities.in_flight import Underway
from database import Database, Transaction
from database.programs import Programs
from loyalty.achievements.operations import move_achievements
from loyalty.engine.deciding import decide_event
from loyalty.engine.processing import answer
from loyalty.events.context import MOST_ANSWERED, TOO_MANY, Step, once
from loyalty.members.operations import change_member
from loyalty.points.operations import move_points
from loyalty.references import Applied, DeliveryRef, EventRef
from loyalty.rewards.operations import issue_rewards


class Reactions:
    """The steps from a stored event to an applied one."""

    def __init__(self, database: Database, programs: Programs, underway: Underway | None = None) -> None:
        self._database = database
        self._programs = programs
        self._underway = underway or Underway()

    @activity.defn
    async def decide(self, event: EventRef, now: datetime, root: str) -> Applied:
        """Ask the reactors, keep their answers, and tell of the event. `root`: see `loyalty.events.context.once`."""
        return await self._once(event, "decide", now, decide_event, last=True, root=root)

    @activity.defn
    async def award_points(self, event: EventRef, now: datetime, last: bool, root: str) -> Applied:
        """Post the awards and deductions of the decision."""
        return await self._once(event, "award_points", now, move_points, last=last, root=root)

    @activity.defn
    async def change_member(self, event: EventRef, now: datetime, last: bool, root: str) -> Applied:
        """Grant badges, set tiers and attributes."""
        return await self._once(event, "change_member", now, change_member, last=last, root=root)

    @activity.defn
    async def issue_rewards(self, event: EventRef, now: datetime, last: bool, root: str) -> Applied:
        """Issue the rewards of the decision."""
        return await self._once(event, "issue_rewards", now, issue_rewards, last=last, root=root)

    @activity.defn
    async def update_achievements(self, event: EventRef, now: datetime, last: bool, root: str) -> Applied:
        """Count the event towards achievements."""
        return await self._once(event, "update_achievements", now, move_achievements, last=last, root=root)

    @activity.defn
    async def fail(self, event: EventRef, error: str, now: datetime) -> None:
        """Say on the event why it cannot be answered."""
        store = self._database.store(event.store)
        await store.write(lambda tx: tx.events.set_failed(event.id, error, now=now))
        self._underway.leave(event.id)

    @activity.defn
    async def react_to_events(self, events: list[EventRef], now: datetime) -> Applied:
        """All steps of a few events, one transaction each: for when there are many, and nobody is waiting."""
        did: list[str] = []
        deliveries: list[DeliveryRef] = []
        wakes_clock = False
        for root in events:
            waiting = [root]
            for answered in count():
                if not waiting:
                    break
                if answered == MOST_ANSWERED:
                    await self.fail(root, TOO_MANY, now)
                    break
                event = waiting.pop(0)
                end = "" if waiting else root.id
                applied = await self._once(event, "all_steps", now, answer, last=True, root=end)
                waiting += applied.caused
                if applied.error:
                    await self.fail(root, applied.error, now)
                did.append(f"{event.type} {event.id}: {', '.join(applied.did) or 'nothing'}")
                deliveries += applied.deliveries
                wakes_clock = wakes_clock or applied.wakes_clock
        return Applied(did=did, deliveries=deliveries, wakes_clock=wakes_clock)

    async def _once(
        self, event: EventRef, name: str, now: datetime, work: Callable[[Step], None], *, last: bool, root: str
    ) -> Applied:
        program = await self._programs.revision(event.store, event.revision)

        def run(tx: Transaction) -> Applied:
            return once(Step(tx, program, event, name, now), work, last=last, root=root)

        applied = await self._database.store(event.store).write(run)
        if last and root and not applied.steps and not applied.caused:
            self._underway.leave(root)
        return applied
