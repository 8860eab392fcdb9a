"""A trial: a program at work in memory, on a clock that moves when it is told to.

The steps are those of production, so what a trial does, production does; only nothing is written, and nobody waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from loyalty.books import NewEvent
from loyalty.decision import Decision
from loyalty.memory import Account, Books, Entry, Sent
from loyalty.program import Program
from loyalty.references import EventRef
from loyalty.steps.answering import answer
from loyalty.steps.ringing import ring
from loyalty.steps.step import Step, once

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
        event = NewEvent(self._new_id(), type_, member_id, time or self.now, body, REVISION)
        self.books.events.add(event, now=self.now)
        return self._answer([EventRef(self.program.store, event.id, type_, member_id, REVISION)])

    def advance(self, until: datetime) -> list[Happened]:
        """Let time pass; what falls due happens at its own time."""
        happened: list[Happened] = []
        while (due := self.books.deadlines.earliest()) is not None and due <= until:
            self.now = max(self.now, due)
            happened += self._answer(ring(self.books, self.program, REVISION, now=self.now).due)
        self.now = max(self.now, until)
        return happened

    def _answer(self, events: list[EventRef]) -> list[Happened]:
        """Answer each event with all it causes before the next."""
        happened: list[Happened] = []
        for root in events:
            waiting = [root]
            for event in waiting:
                step = Step(self.books, self.program, event, "all_steps", self.now)
                applied = once(step, answer, last=True, root="")
                waiting += applied.caused
                happened.append(self._happened(step, tuple(applied.did), applied.error))
        self.books.events.forget()
        return happened

    def _happened(self, step: Step, did: tuple[str, ...], error: str) -> Happened:
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
            did,
            entries,
            sent,
            error,
        )

    def _new_id(self) -> str:
        """Ids that are the same in every run."""
        self._events += 1
        return f"00000000-0000-4000-8000-{self._events:012x}"
