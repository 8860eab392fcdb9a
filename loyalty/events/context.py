"""The unit of work of one step of an event: idempotent, with what it leaves to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import from_json as decision_from_json
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.evaluations import AtOnce, Evaluation
from loyalty.events.member_facts import read_facts
from loyalty.ids import caused_id, new_id
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.references import NOBODY, EventRef, StepResult, from_json
from loyalty.store.contributions import Contribution
from loyalty.store.due_items import DueKind, DueTimes
from loyalty.store.events import Event, EventState, NewEvent
from loyalty.store.members import Member
from loyalty.store.repositories import StoreRepositories
from loyalty.store.settings import NoticeDays, with_notices
from loyalty.webhooks.outbox import Outbox

T = TypeVar("T")

NOTHING = StepResult()

MAX_DEPTH = 5
"""How deep events may cause one another before it counts as a cycle."""

MAX_EVENTS = 500
"""The most events that one event may cause, itself included."""

TOO_MANY = f"the event caused more than {MAX_EVENTS} others: let achievements and reactors cause fewer"
"""The error of an event that caused too many others."""


class UnknownEvent(LookupError):
    """The store has no event of this id."""

    def __init__(self, store: str, event_id: str) -> None:
        super().__init__(f"event {event_id} is not in store {store}")


class EventMoved(Exception):
    """The event's member was merged into another: run the step again for that one."""

    def __init__(self, member_id: str) -> None:
        super().__init__(f"the event belongs to member {member_id} by now")
        self.member_id = member_id


class NeedsRevision(Exception):
    """A step needs the program of another revision: load it, and run the step again."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"revision {revision} is needed")
        self.revision = revision


class EventContext:
    """What a step reads and writes, and what it collects: log lines, caused events, deliveries."""

    log: list[str]
    """What the step did, in words."""
    contributions: list[Contribution]
    """What the step added to achievements and limits."""
    follow_ups: list[EventRef]
    """The events that the step caused."""
    recorded: list[EventRef]
    """The events that the step stored at the end of queues."""
    other_programs: Mapping[int, Program | None]
    """The programs of other revisions that the step needs."""
    new_tier: str | None
    """The tier of the default set that this step has put the member into."""
    at_once: AtOnce | None
    """How to evaluate rules that must not take long; None: they may take long."""
    owner: str | None
    """The workflow that runs the event; None: the one that did before, or the engine in memory."""

    def __init__(
        self,
        tx: StoreRepositories,
        program: Program,
        event: EventRef,
        step: str,
        now: datetime,
        *,
        with_reasons: bool = True,
        after: "EventContext | None" = None,
    ) -> None:
        """Lock the event's member and read the event; raise UnknownEvent or EventMoved.

        `after`: the step that this transaction ran before and that decided the event: nothing is read again.
        """
        state = _locked_state(tx, event, step) if after is None else after.next_state()
        days = None if state.notice_days is None else NoticeDays(**state.notice_days)
        self.tx = tx
        self.program = program = with_notices(program, days)
        self.step = step
        self.state = state
        self.event = Event(state.id, state.type, state.member, state.time, state.body, state.depth)
        self.now = now
        self.with_reasons = with_reasons
        self.outbox = Outbox(tx, program, state, now, is_reported=state.type not in BUILT_IN)
        self._decision: Decision | None = None if after is None else after.decision
        self.outbox.decision = self._decision
        self.has_new_outcomes = False
        self.new_tier = self.at_once = self.owner = None
        self._member: Member | None = None
        self.log = []
        self.contributions = []
        self.fired_sources: list[str] = []
        self.next_steps: list[str] = []
        self.follow_ups = []
        self.recorded = []
        self._clock_due_at = state.clock_due_at
        self._wakes_clock = False
        self.other_programs = {}
        self.error = ""

    def program_of(self, revision: int) -> Program | None:
        """Return the program of a revision; None: it cannot be read. Raise NeedsRevision if it is not loaded yet."""
        if revision == self.state.revision:
            return self.program
        if revision not in self.other_programs:
            raise NeedsRevision(revision)
        return self.other_programs[revision]

    def evaluate(self, by: Evaluation[T], *, revision: int | None = None) -> T:
        """Return the result of rules, by the program of the event or of another readable revision.

        Raise NeedsEvaluation if the evaluation takes long, and must not here; NeedsRevision; and one of BEYOND_BOUNDS.
        """
        program = self.program if revision is None else self.program_of(revision)
        assert program is not None, "it can be read"
        if self.at_once is None:
            return by.evaluate(program)
        return self.at_once.evaluate(by, program, self.state.revision if revision is None else revision)

    # Not cached_property: until Python 3.12 it takes a lock each time, and contexts are created by the thousand.
    @property
    def member(self) -> Member:
        """The event's member as it was when the step began."""
        if self._member is None:
            self._member = read_facts(self.tx, self.program, self.event.member)
        return self._member

    def facts_of(self, member_id: str) -> Member:
        """Return the event's member, in the tier that they are in now."""
        assert member_id == self.event.member, "a step changes its own member"
        return self.member if self.new_tier is None else replace(self.member, tier=self.new_tier)

    def report_tier(
        self,
        member_id: str,  # noqa: ARG002 - it is the event's
        tier_set: TierSet,
        tier: str,
        body: Mapping[str, Any],
        why: str = "",
    ) -> None:
        """Cause `tier_changed`: this step has put the member into a tier."""
        if tier_set.is_default:
            self.new_tier = tier
        named = tier if tier_set.is_default else f"{tier_set.name}/{tier}"
        self.log.append(f"tier {named}{why}")
        self.cause("tier_changed", named, dict(body))

    @property
    def tier(self) -> str | None:
        """The tier that the member is in now."""
        return self.member.tier if self.new_tier is None else self.new_tier

    @property
    def decision(self) -> Decision:
        """The decision on the event."""
        if self._decision is None:
            self._decision = decision_from_json(self.state.decision or [], self.program.wallets)
        return self._decision

    def decide(self, decision: Decision) -> None:
        """Set the decision that this step has made."""
        self._decision = self.outbox.decision = decision

    def add_to_decision(self, decision: Decision) -> None:
        """Set a decision with outcomes added by this step; it is stored when the step ends."""
        self._decision = decision
        self.has_new_outcomes = True

    def reload_member(self) -> None:
        """Drop the cached member, which an earlier step may have changed."""
        self._member = self.new_tier = None

    def caused_id(self, type_: str, name: str) -> str:
        """Return the id of the event that `cause` stores."""
        return caused_id(self.event.id, f"{type_}/{name}")

    def cause(self, type_: str, name: str, body: dict[str, Any]) -> None:
        """Store an event that this one causes; `name` makes it unique among those of its type."""
        caused = NewEvent(
            id=self.caused_id(type_, name),
            type=type_,
            member=self.event.member,
            time=self.event.time,
            body=body,
            revision=self.state.revision,
            parent=self.event.id,
            depth=self.event.depth + 1,
        )
        self.tx.events.add(caused, now=self.now)
        if caused.depth > MAX_DEPTH:
            self.error = self._cycle(type_)
            self.tx.events.set_failed(caused.id, self.error, now=self.now)
            return
        self.follow_ups.append(EventRef(self.tx.store, caused.id, type_, caused.member, caused.revision))

    def new_event_id(self) -> str:
        """Return the id of an event that `record` stores."""
        return new_id()

    def record(
        self, event_id: str, type_: str, member_id: str, body: Mapping[str, Any], *, time: datetime | None = None
    ) -> None:
        """Store an event at the end of its member's queue, as an operation does; the relay starts its workflow."""
        new = NewEvent(event_id, type_, member_id, time or self.now, body, self.state.revision)
        self.tx.events.add(new, now=self.now)
        self.tx.events.leave_to_relay(event_id, now=self.now)
        self.recorded.append(EventRef(self.tx.store, event_id, type_, member_id, new.revision))

    def store_contributions(self) -> None:
        """Store what the step has added to achievements and limits so far."""
        if self.contributions:
            self.tx.contributions.add(self.event.id, self.contributions)
            self.contributions = []

    def clear_due_items(self, subject: str) -> None:
        """Remove all due items of a lot or a coupon."""
        self.tx.due_items.clear_all(subject)

    def schedule(self, subject: str, due: DueTimes, *, member: str) -> None:  # noqa: ARG002 - it is the event's
        """Store due items of a lot that belongs to the event's member."""
        self.set_due_items(subject, due)

    def unschedule(self, subject: str) -> None:
        """Remove the due items of a lot."""
        self.clear_due_items(subject)

    def set_due_items(self, subject: str, due: DueTimes, *, replacing: Sequence[DueKind] = ()) -> None:
        """Store due items of a lot, a coupon or a member; wake the clock if one is the earliest.

        `replacing`: kinds that are removed if `due` has none of them.
        """
        for kind in replacing:
            if kind not in due:
                self.tx.due_items.clear(subject, kind)
        for kind, due_at in due.items():
            self.tx.due_items.set(subject, kind, due_at, member=self.event.member)
        earliest = min(due.values(), default=None)
        if earliest is not None and (self._clock_due_at is None or earliest < self._clock_due_at):
            self._clock_due_at = earliest
            self.tx.due_items.set_clock(earliest)
            self._wakes_clock = True

    def notice_due_items(self) -> None:
        """Wake the clock if an operation has stored a due item before the clock's next wake-up."""
        earliest = self.tx.due_items.earliest()
        if earliest is not None and (self._clock_due_at is None or earliest < self._clock_due_at):
            self._clock_due_at = earliest
            self.tx.due_items.set_clock(earliest)
            self._wakes_clock = True

    def result(self) -> StepResult:
        """Return the result of the step, for the workflow."""
        return StepResult(
            did=self.log,
            caused=self.follow_ups,
            deliveries=self.outbox.deliveries,
            wakes_clock=self._wakes_clock,
            error=self.error,
            fired=self.fired_sources,
            steps=self.next_steps,
        )

    def next_state(self) -> EventState:
        """Return the state for the event's next step, if this step or an earlier one of this transaction decided it."""
        return replace(self.state, status="decided", step_result=None, clock_due_at=self._clock_due_at)

    def _cycle(self, last: str) -> str:
        chain = [last, self.event.type]
        parent = self.state.parent
        while parent is not None and (cause := self.tx.events.state(parent, self.step)):
            chain.append(cause.type)
            parent = cause.parent
        path = " -> ".join(reversed(chain))
        return f"events caused one another more than {MAX_DEPTH} deep: {path}. Break the cycle among these reactors"


def _locked_state(tx: StoreRepositories, event: EventRef, step: str) -> EventState:
    """Lock the event's member, then read the event, so that it cannot change until the step ends.

    Raise UnknownEvent, or EventMoved for an event of a member who was merged meanwhile.
    """
    if event.member != NOBODY:
        tx.members.lock_member(event.member)
    state = tx.events.state(event.id, step)
    if state is None:
        raise UnknownEvent(tx.store, event.id)
    if state.member != event.member:
        raise EventMoved(state.member)
    return state


def run_once(context: EventContext, work: Callable[[EventContext], None], *, last: bool, root: str) -> StepResult:
    """Run a step at most once, and return its result; a second call returns the stored one.

    A step that did nothing is not stored, since running it again does nothing. `last`: this is the event's last step,
    so mark it as applied. `root`: the id of the event that caused this one, given if no other event of it waits; it is
    marked as applied too, unless this step causes more events.
    """
    if context.state.step_result is not None:
        stored = from_json(context.state.step_result)
        if context.state.status == "decided":  # it failed after this step, and is retried
            _store_end(context, _applied_by(context, stored, last=last, root=root))
        return stored
    if context.state.status in ("applied", "failed"):
        return NOTHING
    work(context)
    context.store_contributions()
    result = context.result()
    if not result.is_nothing:
        context.tx.events.set_step(context.event.id, context.step, result)
    _store_end(context, _applied_by(context, result, last=last, root=root))
    return result


def _applied_by(context: EventContext, result: StepResult, *, last: bool, root: str) -> set[str]:
    """Return the events that are completely applied by a step with this result."""
    is_last = last and not result.steps
    applied = {root} if is_last and root and not result.caused else set()
    if is_last and context.event.depth > 0:
        applied.add(context.event.id)
    return applied


def _store_end(context: EventContext, applied: set[str]) -> None:
    """Mark events as applied, and store the outcomes that the step added to the decision."""
    added = context.decision if context.has_new_outcomes else None
    if added is not None and context.event.id not in applied:
        context.tx.events.set_decided(context.event.id, added, now=context.now)
    for event_id in sorted(applied):
        context.tx.events.set_applied(
            event_id, now=context.now, decision=added if event_id == context.event.id else None
        )
