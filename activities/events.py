"""The activities that answer an event: one transaction each, run at least once, idempotent."""

from collections.abc import Callable
from datetime import datetime

from temporalio import activity

from activities.batches import run_batch
from activities.event_runner import EventRunner, Ran
from activities.in_flight import InFlightLimiter
from activities.member_queue import MAX_WAIT_SECONDS, MemberQueue, Turn
from activities.owners import Owners
from activities.slow_rules import SlowRules
from database import Database
from database.programs import Programs
from loyalty.achievements.updates import update_achievements
from loyalty.engine.deciding import decide_event, with_returns
from loyalty.engine.processing import OpenContext
from loyalty.events.context import EventContext, run_once
from loyalty.events.turns import Runner, refusal
from loyalty.members.effects import change_member
from loyalty.points.effects import post_points
from loyalty.references import BatchResult, EventRef, StepResult
from loyalty.rewards.effects import issue_rewards
from loyalty.transactions.taking_back import take_back

EARLIER_BATCH_SECONDS = MAX_WAIT_SECONDS
"""How long `react_to_events` runs events before it leaves the others to the relay."""


class EventActivities:
    """The steps that decide a stored event and apply the decision."""

    def __init__(
        self,
        database: Database,
        programs: Programs,
        in_flight: InFlightLimiter | None = None,
        *,
        queue: MemberQueue | None = None,
        owners: Owners | None = None,
        slow: SlowRules | None = None,
    ) -> None:
        self._runner = EventRunner(database, programs, in_flight=in_flight, queue=queue, owners=owners, slow=slow)

    @activity.defn(name="decide")
    async def decide(self, event: EventRef, now: datetime, root: str) -> StepResult:
        """Evaluate the reactors, store the decision, create the event's messages. `root`: see `run_once`.

        Wait up to MAX_WAIT_SECONDS for the event's turn; after that the result has `waits`, and the workflow waits.
        """
        with self._runner.queue.turn(event) as turn:
            ran = await self._decide(event, now, root)
            if not ran.result.waits:
                return ran.result
            self._runner.in_flight.release(event.id)
            if ran.position is not None and turn.begin(ran.position):
                ran = await self._decide_in_turn(event, now, root, turn)
            if ran.result.waits:
                ran = await self._decide(event, now, root, parks=True)
            return ran.result

    @activity.defn(name="award_points")
    async def award_points(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Post the awards and deductions of the decision."""
        return await self._step(event, "award_points", now, post_points, last=last, root=root)

    @activity.defn(name="change_member")
    async def change_member(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Grant badges, set tiers and attributes."""
        return await self._step(event, "change_member", now, change_member, last=last, root=root)

    @activity.defn(name="issue_rewards")
    async def issue_rewards(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Issue the rewards of the decision."""
        return await self._step(event, "issue_rewards", now, issue_rewards, last=last, root=root)

    @activity.defn(name="update_achievements")
    async def update_achievements(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Record the event's progress in achievements."""
        return await self._step(event, "update_achievements", now, update_achievements, last=last, root=root)

    @activity.defn(name="take_back")
    async def take_back(self, event: EventRef, now: datetime, last: bool, root: str) -> StepResult:
        """Take back what a sale gave for returned goods."""
        return await self._step(event, "take_back", now, take_back, last=last, root=root)

    @activity.defn(name="fail")
    async def fail(self, event: EventRef, error: str, now: datetime) -> None:
        """Mark the event as failed with its error, and let the next one of its member continue."""
        await self._runner.fail(event, error, now)

    @activity.defn(name="run_batch")
    async def run_batch(self, events: list[EventRef], now: datetime) -> BatchResult:
        """Run all steps of events, members side by side, each event in one transaction, for about a second."""
        return await run_batch(self._runner, events, now)

    @activity.defn(name="hand_over")
    async def hand_over(self, store: str, events: list[str]) -> None:
        """Leave events of this workflow that still wait to the relay."""
        await self._runner.hand_over(store, events, activity.info().workflow_id)

    @activity.defn(name="react_to_events")
    async def react_to_events(self, events: list[EventRef], now: datetime) -> StepResult:
        """Run all steps of events, for batches that began before members had queues; the relay gets what waits."""
        result = await run_batch(self._runner, events, now, seconds=EARLIER_BATCH_SECONDS)
        if result.left:
            await self._runner.hand_over(events[0].store, result.left, activity.info().workflow_id)
        return StepResult(did=result.did, deliveries=result.deliveries, wakes_clock=result.wakes_clock)

    async def _decide(self, event: EventRef, now: datetime, root: str, *, parks: bool = False) -> Ran:
        def work(open_context: OpenContext, runner: Runner) -> StepResult:
            context = open_context("decide")
            refused = refusal(context, runner)
            return refused or with_returns(context, run_once(context, decide_event, last=True, root=root))

        return await self._runner.run(event, work, now, root=root, parks=parks)

    async def _decide_in_turn(self, event: EventRef, now: datetime, root: str, turn: Turn) -> Ran:
        """Decide the event once those before it are applied or failed; give up after MAX_WAIT_SECONDS."""
        turn.start(MAX_WAIT_SECONDS)
        while True:
            is_in_time = await turn.wait()
            ran = await self._decide(event, now, root)
            if not (ran.result.waits and is_in_time):
                return ran

    async def _step(
        self, event: EventRef, name: str, now: datetime, apply: Callable[[EventContext], None], *, last: bool, root: str
    ) -> StepResult:
        def work(open_context: OpenContext, runner: Runner) -> StepResult:
            context = open_context(name)
            return refusal(context, runner) or run_once(context, apply, last=last, root=root)

        return (await self._runner.run(event, work, now, root=root if last else "")).result
