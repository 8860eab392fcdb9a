"""Transactions of events: check owner and order in the member's queue, then wake the next event in the queue."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import structlog
from temporalio import activity
from temporalio.service import RPCError

from activities.errors import NEVER_RETRY, UnprocessableEvent
from activities.event_durations import EventDurations
from activities.in_flight import InFlightLimiter
from activities.member_queue import MemberQueue
from activities.owners import Owners
from activities.retries import passes_by_itself
from activities.slow_rules import STEPS_AT_ONCE, SlowRules
from database import Database, Transaction
from database.events import RELAY_DELAY
from database.programs import Programs, UnknownRevision
from loyalty.engine.processing import OpenContext
from loyalty.events.context import EventContext, EventMoved, NeedsRevision
from loyalty.events.evaluations import AtOnce, NeedsEvaluation
from loyalty.events.turns import Runner, parked_workflow
from loyalty.program.program import Program
from loyalty.references import NOBODY, EventRef, StepResult, is_held_by_merge
from loyalty.store.conflicts import ConcurrentMerge
from program_files import ProgramFaults
from rules.storable import storable_text

log = structlog.get_logger(__name__)

Work: TypeAlias = Callable[[OpenContext, Runner], StepResult]


MOST_TRIES = 3
"""How often slow rules are evaluated outside of their transaction, when their input changes each time."""

_TOLERANCE = timedelta(seconds=2)
"""An event that the relay checks even later than this was postponed by it, as it waits for an earlier event."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The result of a transaction of an event."""

    result: StepResult
    position: int | None = None
    """The event's position in its member's queue, when the transaction began."""
    parked: str | None = None
    """The id of the sleeping workflow whose turn it is now."""
    received_at: datetime | None = None
    """When the event was stored; None: another one caused it, or nothing was left to do."""
    did_work: bool = False
    """Whether the transaction did anything that was not done before."""


class _OtherRevision(Exception):
    """The event is to be decided by another revision: it was retried under the one in force."""

    def __init__(self, number: int) -> None:
        super().__init__(f"revision {number}")
        self.number = number


@dataclass(slots=True)
class _Contexts:
    """Opens the contexts of an event in one transaction, and keeps what they say of the event."""

    tx: Transaction
    event: EventRef
    program: Program
    revision: int
    now: datetime
    other_programs: dict[int, Program | None]
    at_once: AtOnce | None
    position: int | None = None
    received_at: datetime | None = None
    did_work: bool = False

    def open(self, step: str, /, after: EventContext | None = None) -> EventContext:
        """Return the context of a step; raise _OtherRevision if the event is to be decided by another revision."""
        context = EventContext(self.tx, self.program, self.event, step, self.now, after=after)
        context.other_programs = self.other_programs
        context.at_once = self.at_once
        state = context.state
        if state.revision != self.revision:
            raise _OtherRevision(state.revision)
        self.position = state.position
        self.received_at = state.received_at if state.parent is None else None
        self.did_work = self.did_work or (state.step_result is None and state.status in ("received", "decided"))
        return context


class EventRunner:
    """Runs transactions of events for the workflow of the present activity."""

    def __init__(
        self,
        database: Database,
        programs: Programs,
        *,
        in_flight: InFlightLimiter | None = None,
        queue: MemberQueue | None = None,
        owners: Owners | None = None,
        slow: SlowRules | None = None,
    ) -> None:
        """Set up; `slow` evaluates the rules that take long; None: all are evaluated in their transactions."""
        self._database = database
        self._programs = programs
        self.in_flight = in_flight or InFlightLimiter()
        self.queue = queue or MemberQueue()
        self._owners = owners or Owners()
        self._slow = slow
        self._durations = EventDurations()

    async def run(self, event: EventRef, work: Work, now: datetime, *, root: str, parks: bool = False) -> Ran:
        """Run work in one transaction, and once more if the workflow that owned the event is gone.

        `root`: the event that ends by this, unless the work leaves more to do; see `run_once`.
        """
        owner = workflow_of(event)
        ran = await self._transaction(event, work, now, Runner(owner, parks=parks), root)
        if await self._is_free(ran.result.owner):
            taken_over = Runner(owner, gone=ran.result.owner, parks=parks)
            ran = await self._transaction(event, work, now, taken_over, root)
        if root and _is_end(ran.result):
            if ran.did_work and not ran.result.error:
                self._durations.applied(event.store, root, ran.received_at if event.id == root else None)
            await self._settle(event, root, ran.parked)
        elif ran.result.owner:
            self.in_flight.release(event.id)
        elif ran.received_at is not None:
            self._durations.begin(event.id, ran.received_at)
        return ran

    async def _is_free(self, owner: str) -> bool:
        """Return whether the workflow that owns an event is gone, so that another one may run it."""
        return bool(owner) and not is_held_by_merge(owner) and await self._owners.is_gone(owner)

    async def fail(self, event: EventRef, error: str, now: datetime) -> None:
        """Mark an event as failed, unless another workflow runs it, and let the next one of its member continue."""
        owner = workflow_of(event)

        def run(tx: Transaction) -> tuple[bool, str | None]:
            state = tx.events.queue_state(event.id)  # not the event itself, which may be unreadable
            if state is not None and state.member != NOBODY:
                tx.members.lock_member(state.member)
                member, state = state.member, tx.events.queue_state(event.id)
                if state is not None and state.member != member:
                    raise ConcurrentMerge(member)
            if state is None or state.owner not in (None, owner):
                return False, None
            tx.events.set_failed(event.id, storable_text(error), now=now)
            return state.status != "failed", next_in_queue(tx, state.member)

        is_new, parked = await self._database.store(event.store).write(run)
        if is_new:
            self._durations.failed(event.store, event.id)
        await self._settle(event, event.id, parked)

    async def hand_over(self, store: str, events: list[str], owner: str | None) -> None:
        """Leave events that a workflow did not run to the relay."""
        owners = [] if owner is None else [owner]
        await self._database.leave_to_relay(store, events, owners=owners, now=datetime.now(UTC))

    async def _transaction(self, event: EventRef, work: Work, now: datetime, runner: Runner, root: str) -> Ran:
        try:
            return await self._run_in_transaction(event, work, now, runner, root)
        except NEVER_RETRY:
            raise
        except Exception as error:
            if passes_by_itself(error):
                raise
            log.exception("event cannot be processed", id=event.id, store=event.store)
            raise UnprocessableEvent(error) from error

    async def _run_in_transaction(self, event: EventRef, work: Work, now: datetime, runner: Runner, root: str) -> Ran:
        """Run work by the revision of the reference, or by the one that the event was given meanwhile.

        If the reference's member was merged meanwhile, run it for the survivor.
        """
        try:
            return await self._run_by(event.revision, event, work, now, runner, root)
        except _OtherRevision as other:
            return await self._run_by(other.number, event, work, now, runner, root)
        except EventMoved as moved:
            event = replace(event, member=moved.member_id)
            return await self._run_in_transaction(event, work, now, runner, root)

    async def _run_by(
        self, revision: int, event: EventRef, work: Work, now: datetime, runner: Runner, root: str
    ) -> Ran:
        program = await self._programs.revision(event.store, revision)
        others: dict[int, Program | None] = {}
        at_once = None if self._slow is None else AtOnce(STEPS_AT_ONCE)

        def run(tx: Transaction) -> Ran:
            contexts = _Contexts(tx, event, program, revision, now, others, at_once)
            result = work(contexts.open, runner)
            is_end = bool(root) and _is_end(result)
            parked = next_in_queue(tx, event.member) if is_end else None
            return Ran(result, contexts.position, parked, contexts.received_at, contexts.did_work)

        tries: Counter[type[Any]] = Counter()
        while True:
            try:
                ran = await self._database.store(event.store).write(run)
            except NeedsRevision as needed:
                others[needed.revision] = await self._other(event.store, needed.revision)
            except NeedsEvaluation as needed:
                tries[type(needed.by)] += 1
                known, at_once = at_once, None
                if known is not None and tries[type(needed.by)] <= MOST_TRIES:
                    at_once = await self._evaluated(event.store, needed, known)
                if at_once is None:
                    self._forget(known)
            except Exception:  # a cancelled attempt, in contrast, leaves what was evaluated to the next one
                self._forget(at_once)
                raise
            else:
                self._forget(at_once)
                return ran

    async def _evaluated(self, store: str, needed: NeedsEvaluation, at_once: AtOnce) -> AtOnce | None:
        """Evaluate rules outside of their transaction; return None if they must be evaluated inside after all."""
        if self._slow is None:
            return None
        evaluated = await self._slow.evaluate(store, needed.revision, needed.by)
        return None if evaluated is None else replace(at_once, known=(*at_once.known, evaluated))

    def _forget(self, at_once: AtOnce | None) -> None:
        """Drop the evaluations for a transaction that is done."""
        if self._slow is not None and at_once is not None:
            for each in at_once.known:
                self._slow.forget(each.by)

    async def _other(self, store: str, revision: int) -> Program | None:
        """Return the program of another revision; None: it cannot be read any more."""
        try:
            return await self._programs.revision(store, revision)
        except (ProgramFaults, UnknownRevision):
            return None

    async def _settle(self, event: EventRef, root: str, parked: str | None) -> None:
        """Wake what waits in this process for the end of `root`, and the workflow that sleeps until then."""
        self.in_flight.release(root)
        self.queue.settle(event.member, root)
        if parked is None:
            return
        try:
            is_woken = await self._owners.wake(parked)
        except RPCError as error:  # the workflow checks again by itself within a minute
            log.warning("workflow was not woken", id=parked, because=str(error)[:200])
        else:
            if not is_woken:
                await self.hand_over(event.store, [parked.rpartition("/")[2]], parked)


def next_in_queue(tx: Transaction, member_id: str) -> str | None:
    """Return the id of the workflow that sleeps until now; let the relay check a queue that it has postponed."""
    head = tx.events.queue_head(member_id)
    if head is None:
        return None
    now = datetime.now(UTC)
    if head.owner is None and head.start_after is not None and head.start_after > now + RELAY_DELAY + _TOLERANCE:
        tx.events.leave_queue_to_relay(member_id, now=now)
    return parked_workflow(head)


def workflow_of(event: EventRef) -> str:
    """Return the id of the present activity's workflow; outside of an activity, of the event's own workflow."""
    present = activity.info().workflow_id if activity.in_activity() else None
    return present or event.workflow_id


def _is_end(result: StepResult) -> bool:
    """Return whether a result leaves nothing to do for the event."""
    return not (result.steps or result.caused or result.waits or result.owner)
