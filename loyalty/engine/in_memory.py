"""A trial: a program at work in memory, on a clock that moves when it is told to.

The steps are those of production, so what a trial does, production does; only nothing is written, and nobody waits.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalty.decisions.decision import Decision
from loyalty.engine.due_items import ring
from loyalty.engine.processing import answer
from loyalty.events.context import MOST_ANSWERED, TOO_MANY, Step
from loyalty.ids import numbered_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.memory.member_state import Account
from loyalty.store.memory.store import Books, Entry, Sent
from loyalty.store.repositories import NewEvent

REVISION = 0
"""The revision of whatever a trial tries."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event answered: reported, caused by one, or due. `error` is empty, or says why it failed."""

    id: str
    type: str
    member: str
    time: datetime
    """When it happened."""
    at: datetime
    """When it was answered."""
    body: Mapping[str, Any]
    parent: str | None
    decision: Decision
    did: tuple[str, ...]
    entries: tuple[Entry, ...]
    sent: tuple[Sent, ...]
    error: str = ""


@dataclass(slots=True)
class Trial:
    """A store in memory. `now` is aware UTC, and only `advance` moves it. `explains`: decisions say why."""

    program: Program
    now: datetime
    hears: bool = False
    explains: bool = True
    books: Books = field(init=False)
    _events: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.program.store, hears=self.hears)

    def register(self, account: Account) -> list[Happened]:
        """A member registers: they are there, and whatever answers that is done."""
        self.books.open(account)
        return self.report(account.member.id, "member_registered", {})

    def report(
        self, member_id: str, type_: str, body: Mapping[str, Any], *, time: datetime | None = None
    ) -> list[Happened]:
        """An event of a member, answered now with all it causes, in that order. The body satisfies its schema."""
        return [self._happened(step) for step in self.reporting(member_id, type_, body, time=time)]

    def advance(self, until: datetime) -> list[Happened]:
        """Let time pass; what falls due happens at its own time."""
        return [self._happened(step) for step in self._advancing(until, lambda _event: True)]

    def reporting(
        self,
        member_id: str,
        type_: str,
        body: Mapping[str, Any],
        *,
        time: datetime | None = None,
        event_id: str | None = None,
    ) -> Iterator[Step]:
        """As `report`, step by step; whoever takes them reads the books' entries, and clears them."""
        event = NewEvent(event_id or self._new_id(), type_, member_id, time or self.now, body, REVISION)
        self.books.events.add(event, now=self.now)
        return self._answer([EventRef(self.program.store, event.id, type_, member_id, REVISION)])

    def advancing(self, until: datetime) -> Iterator[Step]:
        """As `advance`, step by step, but without the steps of what nobody answers or hears."""
        return self._advancing(until, self._is_answered)

    def _advancing(self, until: datetime, is_wanted: Callable[[EventRef], bool]) -> Iterator[Step]:
        while (due := self.books.deadlines.earliest()) is not None and due <= until:
            self.now = max(self.now, due)
            fell_due = ring(self.books, self.program, REVISION, now=self.now).due
            yield from self._answer([event for event in fell_due if is_wanted(event)])
        self.now = max(self.now, until)

    def _is_answered(self, event: EventRef) -> bool:
        return self.hears or event.type in self.program.reactors_on or event.type in self.program.achievements_on

    def _answer(self, events: list[EventRef]) -> Iterator[Step]:
        """Answer each event with all it causes before the next."""
        for root in events:
            waiting = [root]
            for event in waiting:
                step = Step(self.books, self.program, event, "all_steps", self.now, explains=self.explains)
                answer(step)
                waiting += step.caused
                if len(waiting) > MOST_ANSWERED:
                    del waiting[MOST_ANSWERED:]
                    step.error = step.error or TOO_MANY
                yield step
        self.books.events.forget()

    def _happened(self, step: Step) -> Happened:
        entries, sent = tuple(self.books.entries), tuple(self.books.sent)
        self.books.entries.clear()
        self.books.sent.clear()
        return Happened(
            step.event.id,
            step.event.type,
            step.event.member,
            step.event.time,
            self.now,
            step.event.body,
            step.row["parent"],
            step.decision,
            tuple(step.did),
            entries,
            sent,
            step.error,
        )

    def _new_id(self) -> str:
        """Ids that are the same in every run."""
        self._events += 1
        return numbered_id(self._events)
