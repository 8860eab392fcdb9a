"""The engine in memory: runs a program on a clock that its caller moves.

It runs the same steps as production, on a store in memory, without any I/O.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

from loyalty.calendar import local_day
from loyalty.decisions.decision import Decision
from loyalty.engine.due_items import PAGE, run_due_item
from loyalty.engine.processing import process_event
from loyalty.events.context import MAX_EVENTS, TOO_MANY, EventContext
from loyalty.events.decision_size import BEYOND_BOUNDS
from loyalty.ids import numbered_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.events import NewEvent
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore, SentMessage
from loyalty.store.points import Transfer
from loyalty.store.webhooks import ReceivingSubscription
from loyalty.transactions.refusals import TransactionRefusal
from loyalty.transactions.reversing import note_reversal, note_reversible, reversal_of, reverses_something
from loyalty.webhooks.messages import MESSAGES

REVISION = 0
"""The revision number of a program that runs in memory."""

_TO_ALL_MESSAGES: Final = [
    ReceivingSubscription(message.__name__, message.__name__, "", [], "current", None) for message in MESSAGES
]


@dataclass(frozen=True, slots=True)
class ProcessedEvent:
    """One event and its result.

    The event was reported, caused by another, or due; `error` is empty unless it failed.
    """

    id: str
    type: str
    member: str
    time: datetime
    """When the event happened."""
    at: datetime
    """When the event was processed."""
    body: Mapping[str, Any]
    parent: str | None
    decision: Decision
    log: tuple[str, ...]
    transfers: tuple[Transfer, ...]
    sent: tuple[SentMessage, ...]
    error: str = ""


@dataclass(slots=True)
class InMemoryEngine:
    """One program and one store in memory. `now` is aware UTC, and only `advance` moves it.

    `records_messages`: messages are created and recorded, as if a subscription matched all of them. `with_reasons`:
    decisions give reasons.
    """

    program: Program
    now: datetime
    records_messages: bool = False
    with_reasons: bool = True
    store: InMemoryStore = field(init=False)
    other_programs: Mapping[int, Program | None] = field(default_factory=dict)
    """The programs of other revisions that decided events of loaded members; None: a program cannot be read."""
    set_aside: list[TransactionRefusal] = field(default_factory=list, init=False)
    """The errors of due items that were set aside, until the caller clears it."""
    _events: int = field(default=0, init=False)
    _joined: list[EventRef] = field(default_factory=list, init=False)
    """Events that waited for those that they reverse, and can be processed now."""

    def __post_init__(self) -> None:
        self.store = InMemoryStore(self.program.store, _TO_ALL_MESSAGES if self.records_messages else ())
        self.store.rewards.makes_up_codes = True
        reversing = {name for name in self.program.event_types if reverses_something(self.program, name)}
        self.store.events.kept.types |= reversing | self.program.reversals_of.keys()

    @property
    def today(self) -> date:
        """The local day."""
        return local_day(self.now, self.program.zone)

    def register(self, state: MemberState) -> list[ProcessedEvent]:
        """Register a member, and process `member_registered` with everything that it causes."""
        self.store.load(state)
        return self.report(state.member.id, "member_registered", {})

    def report(
        self, member_id: str, type_: str, body: Mapping[str, Any], *, time: datetime | None = None
    ) -> list[ProcessedEvent]:
        """Process an event now, and return it with everything that it causes, in order.

        The body must fit its schema.
        """
        return [self._processed(context) for context in self.reporting(member_id, type_, body, time=time)]

    def accept(
        self,
        member_id: str,
        type_: str,
        body: Mapping[str, Any],
        *,
        time: datetime | None = None,
        event_id: str | None = None,
    ) -> EventRef:
        """Store an event as received now; `process` decides it. The body must fit its schema.

        An event that reverses one which is not known yet waits, and is decided once the other is accepted. Raise a
        ReversalRefusal.
        """
        event = NewEvent(event_id or self._new_id(), type_, member_id, time or self.now, body, REVISION)
        reversal = reversal_of(self.store, self.program, event)
        if reversal is not None and reversal.reversed is None:
            self.store.events.store_outside(event, now=self.now)
        else:
            self.store.events.add(event, now=self.now)
        if reversal is not None:
            note_reversal(self.store, self.program, reversal, now=self.now)
        self._joined += note_reversible(self.store, self.program, [event], now=self.now)
        return EventRef(self.program.store, event.id, type_, member_id, REVISION)

    def process(self, accepted: Iterable[EventRef]) -> Iterator[ProcessedEvent]:
        """Yield accepted events, each with everything that it causes before the next is decided.

        They must be all accepted events: the store drops its events at the end.
        """
        return map(self._processed, self._process(accepted))

    def advance(self, until: datetime) -> list[ProcessedEvent]:
        """Move the clock, and return the events of due items, each processed at its own time."""
        return [self._processed(context) for context in self._advancing(until, lambda _event: True)]

    def reporting(
        self,
        member_id: str,
        type_: str,
        body: Mapping[str, Any],
        *,
        time: datetime | None = None,
        event_id: str | None = None,
    ) -> Iterator[EventContext]:
        """Process events as `report` does, context by context; the caller reads and clears transfers and messages."""
        return self._process([self.accept(member_id, type_, body, time=time, event_id=event_id)])

    def advancing(self, until: datetime) -> Iterator[EventContext]:
        """Move the clock as `advance` does, context by context, without events that nothing answers."""
        return self._advancing(until, self._is_answered)

    def processing(self, recorded: Iterable[EventRef]) -> Iterator[EventContext]:
        """Process events that operations recorded, without those that no reactor, achievement or message answers."""
        return self._process([event for event in recorded if self._is_answered(event)])

    def _advancing(self, until: datetime, is_wanted: Callable[[EventRef], bool]) -> Iterator[EventContext]:
        while (due := self.store.due_items.earliest()) is not None and due <= until:
            self.now = max(self.now, due)
            yield from self._process([event for event in self._run_due_items() if is_wanted(event)])
        self.now = max(self.now, until)

    def _run_due_items(self) -> list[EventRef]:
        """Run a page of due items, and return the events that report them; set aside refused ones."""
        found: list[EventRef] = []
        for item in self.store.due_items.due(now=self.now, limit=PAGE):
            try:
                found += run_due_item(self.store, self.program, REVISION, item, now=self.now).events
            except TransactionRefusal as refusal:  # the sale that was returned did not arrive
                self.set_aside.append(refusal)
        return found

    def _is_answered(self, event: EventRef) -> bool:
        return (
            self.records_messages
            or event.type in self.program.reactors_on
            or event.type in self.program.achievements_on
        )

    def _process(self, events: Iterable[EventRef]) -> Iterator[EventContext]:
        """Process each event with everything that it causes before the next."""
        recorded: list[EventRef] = []
        for root in chain(events, _drained(self._joined), _drained(recorded)):
            if root.id in self.store.events.outside:
                continue  # it waits for the event that it reverses
            waiting = [root]
            for event in waiting:
                context = EventContext(
                    self.store, self.program, event, "all_steps", self.now, with_reasons=self.with_reasons
                )
                context.other_programs = self.other_programs
                try:
                    process_event(context)
                except BEYOND_BOUNDS as error:
                    context.error = str(error)
                waiting += context.follow_ups
                recorded += context.recorded
                if len(waiting) > MAX_EVENTS:
                    del waiting[MAX_EVENTS:]
                    context.error = context.error or TOO_MANY
                yield context
        self.store.events.forget()

    def _processed(self, context: EventContext) -> ProcessedEvent:
        transfers, sent = tuple(self.store.transfers), tuple(self.store.sent)
        self.store.transfers.clear()
        self.store.sent.clear()
        return ProcessedEvent(
            context.event.id,
            context.event.type,
            context.event.member,
            context.event.time,
            self.now,
            context.event.body,
            context.state.parent,
            context.decision,
            tuple(context.log),
            transfers,
            sent,
            context.error,
        )

    def _new_id(self) -> str:
        """Return the next id; ids are the same in every run."""
        self._events += 1
        return numbered_id(self._events)


def _drained(recorded: list[EventRef]) -> Iterator[EventRef]:
    """Yield and remove events, including those added meanwhile."""
    while recorded:
        yield recorded.pop(0)
