"""Events replayed under one program, from the state that their members were in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from loyalty.engine.in_memory import InMemoryEngine
from loyalty.engine.snapshots import MemberSnapshot, load_into, unload_from
from loyalty.events.context import EventContext
from loyalty.ids import caused_id
from loyalty.program.program import Program
from loyalty.store.history import ReplayedEvent
from loyalty.store.limits import DailyUse
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore
from workbench.backtest.gains import Got, ever_got
from workbench.backtest.totals import Totals


@dataclass(slots=True)
class Replay:
    """One program over one stretch of events. Nothing is explained and nothing told: only sums are kept."""

    program: Program
    start: datetime
    totals: Totals = field(default_factory=Totals)
    _trial: InMemoryEngine = field(init=False)
    _newcomers: dict[str, MemberState] = field(default_factory=dict)
    _before: dict[str, Got] = field(default_factory=dict)
    """What members had ever got when the replay began for them; who is absent had got nothing."""

    def __post_init__(self) -> None:
        self._trial = InMemoryEngine(self.program, self.start, with_reasons=False)

    def open(self, openings: Iterable[MemberSnapshot], used: Mapping[str, Mapping[date, DailyUse]]) -> None:
        """Take members in, and what firings took from limits of the whole program.

        All of it is copied, so that another program can start from the same.
        """
        self._trial.store.used.update({name: dict(days) for name, days in used.items()})
        for opening in openings:
            self.take_in(opening, ever_got(opening.state))

    def take_in(self, opening: MemberSnapshot, before: Got) -> None:
        """Take a member in; `before` is what they had ever got when `got` begins to count."""
        account = opening.state.copy() if opening.is_new else load_into(self._trial, opening)
        self._put_in_a_tier(account)
        self._before[account.member.id] = before
        if opening.is_new:
            self._newcomers[account.member.id] = account

    def report(self, event: ReplayedEvent) -> None:
        """Answer an event at the time it was told, after all that fell due before."""
        self.advance(event.received_at)
        if self.accepts(event):
            self.answer(event)

    def advance(self, until: datetime) -> None:
        """Let time pass, and what falls due happen."""
        due = self._trial.store.due_items.earliest()
        if due is not None and due <= until:
            self._count(self._trial.advancing(until))
        elif until > self._trial.now:
            self._trial.now = until

    def accepts(self, event: ReplayedEvent) -> bool:
        """Whether the program takes an event; if so its member is there, or else it is counted as refused."""
        event_type = self.program.event_types.get(event.type)
        if event_type is None:
            self.totals.refuse(f"event type {event.type} is unknown")
        elif event_type.built_in and event.type != "member_registered":
            self.totals.refuse(f"{event.type} happens by itself and is not reported")
        elif not event_type.body.is_valid(event.body):
            self.totals.refuse(f"the body of {event.type} is against its schema")
        else:
            return self._let_in(event)
        return False

    def answer(self, event: ReplayedEvent) -> None:
        """Answer an event that is accepted."""
        self._count(self._trial.reporting(event.member, event.type, event.body, time=event.time, event_id=event.id))

    def release(self, member: str) -> tuple[MemberSnapshot | None, Got]:
        """Let a member go on elsewhere, from where they are here, for `take_in`; None: nobody knows them."""
        before = self._before.pop(member, {})
        newcomer = self._newcomers.pop(member, None)
        if newcomer is not None:
            return MemberSnapshot(newcomer, is_new=True), before
        return (unload_from(self._trial, member) if member in self.store.members_by_id else None), before

    def got(self) -> dict[str, Got]:
        """What each member has got in the replay; who got nothing, or gave all of it back, is absent."""
        found: dict[str, Got] = {}
        for member, account in self.store.members_by_id.items():
            got = ever_got(account)
            got.subtract(self._before.get(member, {}))
            if more := {thing: count for thing, count in got.items() if count}:
                found[member] = more
        return found

    @property
    def store(self) -> InMemoryStore:
        """What is kept of everybody by now."""
        return self._trial.store

    @property
    def now(self) -> datetime:
        """Where the clock stands."""
        return self._trial.now

    def _let_in(self, event: ReplayedEvent) -> bool:
        """See that an event's member is there; somebody nobody knows is registered, or refused, as the program says."""
        books = self._trial.store
        if event.member in books.members_by_id:
            return True
        newcomer = self._newcomers.pop(event.member, None)
        if newcomer is not None:
            books.load(newcomer)
        elif self.program.registers_unknown_members:
            lowest = self.program.tier_at(0)
            books.load(MemberState(Member(event.member, event.received_at, tier=lowest.name if lowest else None)))
            if event.type != "member_registered":
                registered = caused_id(event.id, "member_registered")
                self._count(self._trial.reporting(event.member, "member_registered", {}, event_id=registered))
        else:
            self.totals.refuse("its member is unknown")
        return event.member in books.members_by_id

    def _count(self, steps: Iterable[EventContext]) -> None:
        for step in steps:
            self.totals.count(step)
        entries = self._trial.store.entries
        for entry in entries:
            self.totals.post(entry)
        entries.clear()
        self._trial.store.sent.clear()

    def _put_in_a_tier(self, account: MemberState) -> None:
        """Put a member into the lowest tier where this program does not have theirs."""
        lowest = self.program.tier_at(0)
        if lowest is not None and self.program.tier_named(account.member.tier) is None:
            account.member = replace(account.member, tier=lowest.name)
