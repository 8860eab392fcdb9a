"""The activities that answer an event. Each is one transaction, safe to run twice."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from temporalio import activity

from activities.deciding import decide_event
from activities.issuing import issue_rewards
from activities.membership import change_member
from activities.points import move_points
from activities.progress import move_achievements
from activities.references import Applied, Decided, EventRef
from activities.settling import settle
from activities.step import Step, once
from database import Database, Transaction
from database.programs import Programs

T = TypeVar("T")


class Reactions:
    """The steps from a stored event to an applied one."""

    def __init__(self, database: Database, programs: Programs) -> None:
        self._database = database
        self._programs = programs

    @activity.defn
    async def decide(self, event: EventRef, now: datetime) -> Decided:
        """Ask the reactors, and keep their answers."""
        return await self._in_step(event, "decide", now, decide_event)

    @activity.defn
    async def award_points(self, event: EventRef, now: datetime) -> Applied:
        """Post the awards and deductions of the decision."""
        return await self._once(event, "award_points", now, move_points)

    @activity.defn
    async def change_member(self, event: EventRef, now: datetime) -> Applied:
        """Grant badges, set tiers and attributes."""
        return await self._once(event, "change_member", now, change_member)

    @activity.defn
    async def issue_rewards(self, event: EventRef, now: datetime) -> Applied:
        """Issue the rewards of the decision."""
        return await self._once(event, "issue_rewards", now, issue_rewards)

    @activity.defn
    async def update_achievements(self, event: EventRef, now: datetime) -> Applied:
        """Count the event towards achievements."""
        return await self._once(event, "update_achievements", now, move_achievements)

    @activity.defn
    async def settle(self, event: EventRef, now: datetime) -> Applied:
        """Tell of what happened, and mark the event as applied."""
        return await self._once(event, "settle", now, settle)

    @activity.defn
    async def fail(self, event: EventRef, error: str, now: datetime) -> None:
        """Say on the event why it cannot be answered."""
        store = self._database.store(event.store)
        await store.write(lambda tx: tx.events.set_failed(event.id, error, now=now))

    @activity.defn
    async def react_to_events(self, events: list[EventRef], now: datetime) -> Applied:
        """All steps of a few events, one transaction each: for when there are many, and nobody is waiting."""
        done = Applied()
        waiting = list(events)
        while waiting:
            event = waiting.pop(0)
            applied = await self._once(event, "all_steps", now, _answer)
            waiting += applied.caused
            if applied.error:
                await self.fail(event, applied.error, now)
            done.did.append(f"{event.type} {event.id}: {', '.join(applied.did) or 'nothing'}")
            done.deliveries.extend(applied.deliveries)
            done = Applied(done.did, [], done.deliveries, done.wakes_clock or applied.wakes_clock, done.error)
        return done

    async def _once(self, event: EventRef, name: str, now: datetime, work: Callable[[Step], None]) -> Applied:
        return await self._in_step(event, name, now, lambda step: once(step, work))

    async def _in_step(self, event: EventRef, name: str, now: datetime, work: Callable[[Step], T]) -> T:
        program = await self._programs.revision(event.store, event.revision)

        def run(tx: Transaction) -> T:
            return work(Step(tx, program, event, name, now))

        return await self._database.store(event.store).write(run)


def _answer(step: Step) -> None:
    """Every step of one event in one transaction."""
    decided = decide_event(step)
    if decided.moves_points:
        move_points(step)
    if decided.changes_member:
        change_member(step)
    if decided.issues_rewards:
        issue_rewards(step)
    if decided.moves_achievements:
        move_achievements(step)
    settle(step)
