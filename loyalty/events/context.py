"""One step of answering an event: a transaction that is safe to run twice, and what it leaves to do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import from_json as decision_from_json
from loyalty.ids import caused_id
from loyalty.program.program import Program
from loyalty.references import EventRef, StepResult, from_json
from loyalty.store.members import Event, Member
from loyalty.store.repositories import Books, NewEvent
from loyalty.webhooks.outbox import Outbox

NOTHING = StepResult()

DEEPEST = 5
"""How often events may cause one another before it is a cycle."""

MOST_ANSWERED = 500
"""Events that are answered because of one: its own, and those that it caused."""

TOO_MANY = f"the event caused more than {MOST_ANSWERED} others: let achievements and reactors cause fewer"
"""Why an event is answered no further."""


class UnknownEvent(LookupError):
    """An event that is not in the store's books."""

    def __init__(self, store: str, event_id: str) -> None:
        super().__init__(f"event {event_id} is not in store {store}")


class Step:
    """What a step works with, and what it gathers: words, caused events, deliveries."""

    def __init__(
        self, tx: Books, program: Program, event: EventRef, name: str, now: datetime, *, explains: bool = True
    ) -> None:
        # Held first, so that what is read here stays so until the step is done.
        tx.members.lock_member(event.member)
        row = tx.events.opening(event.id, name)
        if row is None:
            raise UnknownEvent(tx.store, event.id)
        self.tx = tx
        self.program = program
        self.name = name
        self.row = row
        self.event = Event(row["id"], row["type"], row["member"], row["time"], row["body"], row["depth"])
        self.now = now
        self.explains = explains
        self.outbox = Outbox(tx, program, row, now)
        self.decided: Decision | None = None
        self.is_added_to = False
        self.moved_to: str | None = None
        """The tier this step put the member into."""
        self._member: Member | None = None
        self.did: list[str] = []
        self.fired: list[str] = []
        self.steps: list[str] = []
        self.caused: list[EventRef] = []
        self._clock_rings_at: datetime | None = row["clock_rings_at"]
        self._wakes_clock = False
        self.error = ""

    # Not cached_property: until Python 3.12 that takes a lock each time, and steps are made by the thousand.
    @property
    def member(self) -> Member:
        """The facts of the event's member when the step began."""
        if self._member is None:
            self._member = self.tx.members.facts(self.event.member)
        return self._member

    @property
    def tier(self) -> str | None:
        """The tier the member is in by now."""
        return self.member.tier if self.moved_to is None else self.moved_to

    @property
    def decision(self) -> Decision:
        """What was decided."""
        if self.decided is None:
            self.decided = decision_from_json(self.row["decision"] or [])
        return self.decided

    def add_to_decision(self, decision: Decision) -> None:
        """A later step answers, too; it is kept with whatever else the step writes about the event."""
        self.decided = decision
        self.is_added_to = True

    def look_again(self) -> None:
        """Forget what was read of the member: an earlier step may have changed it."""
        self._member = self.moved_to = None

    def cause(self, type_: str, name: str, body: dict[str, Any]) -> None:
        """Store an event that this one causes; `name` tells it from others that it causes."""
        caused = NewEvent(
            id=caused_id(self.event.id, f"{type_}/{name}"),
            type=type_,
            member=self.event.member,
            time=self.event.time,
            body=body,
            revision=self.row["revision"],
            parent=self.event.id,
            depth=self.event.depth + 1,
        )
        self.tx.events.add(caused, now=self.now)
        if caused.depth > DEEPEST:
            self.error = self._cycle(type_)
            self.tx.events.set_failed(caused.id, self.error, now=self.now)
            return
        self.caused.append(EventRef(self.tx.store, caused.id, type_, caused.member, caused.revision))

    def nothing_due(self, subject: str) -> None:
        """Nothing of a lot, a coupon or a tier falls due any more."""
        self.tx.deadlines.clear(subject)

    def due(self, subject: str, deadline: tuple[datetime, str]) -> None:
        """What of a lot, a coupon or a tier falls due next."""
        due_at, kind = deadline
        self.tx.deadlines.set(subject, kind, due_at)
        if self._clock_rings_at is None or due_at < self._clock_rings_at:
            self._clock_rings_at = due_at
            self.tx.deadlines.set_clock(due_at)
            self._wakes_clock = True

    def result(self) -> StepResult:
        """What the step did, for the workflow."""
        return StepResult(
            did=self.did,
            caused=self.caused,
            deliveries=self.outbox.deliveries,
            wakes_clock=self._wakes_clock,
            error=self.error,
            fired=self.fired,
            steps=self.steps,
        )

    def _cycle(self, last: str) -> str:
        chain = [last, self.event.type]
        parent = self.row["parent"]
        while parent is not None and (row := self.tx.events.get(parent)):
            chain.append(row["type"])
            parent = row["parent"]
        path = " -> ".join(reversed(chain))
        return f"events caused one another more than {DEEPEST} deep: {path}. Break the cycle among these reactors"


def once(step: Step, work: Callable[[Step], None], *, last: bool, root: str) -> StepResult:
    """Do a step's work unless it was done; either way, answer what it did.

    Every work says in words whatever it writes, so one that did nothing need not be remembered. `last`: of its event,
    which then is applied. `root`: the first event of all, if nothing else waits; it is applied when nothing is caused
    any more.
    """
    if step.row["step_result"] is not None:
        return from_json(step.row["step_result"])
    if step.row["status"] == "applied":
        return NOTHING
    work(step)
    result = step.result()
    if not result.is_nothing:
        step.tx.events.set_step(step.event.id, step.name, result)
    is_last = last and not result.steps
    ended = {root} if is_last and root and not result.caused else set()
    if is_last and step.event.depth > 0:
        ended.add(step.event.id)
    _close(step, ended)
    return result


def _close(step: Step, ended: set[str]) -> None:
    """Mark what is done as applied, and keep what was added to the decision."""
    added = step.decision if step.is_added_to else None
    if added is not None and step.event.id not in ended:
        step.tx.events.set_decided(step.event.id, added, now=step.now)
    for event_id in sorted(ended):
        step.tx.events.set_applied(event_id, now=step.now, decision=added if event_id == step.event.id else None)
