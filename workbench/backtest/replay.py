"""Replays events under one program, from the state that its members had at the start."""

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
from workbench.backtest.gains import Gains, lifetime_gains
from workbench.backtest.totals import Totals


@dataclass(slots=True)
class Replay:
    """One program processing a series of events. It keeps totals only: no reasons, no messages."""

    program: Program
    start: datetime
    totals: Totals = field(default_factory=Totals)
    _engine: InMemoryEngine = field(init=False)
    _unregistered: dict[str, MemberState] = field(default_factory=dict)
    """Members who register during the replay."""
    _gains_before: dict[str, Gains] = field(default_factory=dict)
    """What members had gained when the replay began for them; absent: nothing."""

    def __post_init__(self) -> None:
        self._engine = InMemoryEngine(self.program, self.start, with_reasons=False)

    def load(self, snapshots: Iterable[MemberSnapshot], used: Mapping[str, Mapping[date, DailyUse]]) -> None:
        """Load members, and what earlier firings used of limits `per: program`.

        All of it is copied, so that another replay can start from the same.
        """
        self._engine.store.used.update({name: dict(days) for name, days in used.items()})
        for snapshot in snapshots:
            self.add_member(snapshot, lifetime_gains(snapshot.state))

    def add_member(self, snapshot: MemberSnapshot, gains_before: Gains) -> None:
        """Load one member; `gains_before` is what `gains` does not count."""
        state = snapshot.state.copy() if snapshot.is_new else load_into(self._engine, snapshot)
        self._give_tier(state)
        self._gains_before[state.member.id] = gains_before
        if snapshot.is_new:
            self._unregistered[state.member.id] = state

    def report(self, event: ReplayedEvent) -> None:
        """Process an event at the time it was received, after all that was due before."""
        self.advance(event.received_at)
        if self.accepts(event):
            self.process(event)

    def advance(self, until: datetime) -> None:
        """Let time pass, and process what is due."""
        due = self._engine.store.due_items.earliest()
        if due is not None and due <= until:
            self._count(self._engine.advancing(until))
        elif until > self._engine.now:
            self._engine.now = until

    def accepts(self, event: ReplayedEvent) -> bool:
        """Return whether the program accepts an event, and register its member if necessary; else count a refusal."""
        event_type = self.program.event_types.get(event.type)
        if event_type is None:
            self.totals.refuse(f"event type {event.type} is unknown")
        elif event_type.built_in and event.type != "member_registered":
            self.totals.refuse(f"{event.type} happens by itself and is not reported")
        elif not event_type.body.is_valid(event.body):
            self.totals.refuse(f"the body of {event.type} is against its schema")
        else:
            return self._ensure_member(event)
        return False

    def process(self, event: ReplayedEvent) -> None:
        """Process an event that was accepted."""
        self._count(self._engine.reporting(event.member, event.type, event.body, time=event.time, event_id=event.id))

    def remove_member(self, member: str) -> tuple[MemberSnapshot | None, Gains]:
        """Remove a member; return what `add_member` of another replay takes. The snapshot of an unknown one is None."""
        gains_before = self._gains_before.pop(member, {})
        unregistered = self._unregistered.pop(member, None)
        if unregistered is not None:
            return MemberSnapshot(unregistered, is_new=True), gains_before
        return (unload_from(self._engine, member) if member in self.store.members_by_id else None), gains_before

    def gains(self) -> dict[str, Gains]:
        """Return what each member has gained in the replay, without those for whom it adds up to nothing."""
        found: dict[str, Gains] = {}
        for member, state in self.store.members_by_id.items():
            gains = lifetime_gains(state)
            gains.subtract(self._gains_before.get(member, {}))
            if changed := {benefit: count for benefit, count in gains.items() if count}:
                found[member] = changed
        return found

    @property
    def store(self) -> InMemoryStore:
        """The state of all members in memory."""
        return self._engine.store

    @property
    def now(self) -> datetime:
        """The current time of the replay."""
        return self._engine.now

    def _ensure_member(self, event: ReplayedEvent) -> bool:
        """Return whether an event's member exists now; an unknown one is registered or refused, as the program says."""
        if event.member in self._engine.store.members_by_id:
            return True
        unregistered = self._unregistered.pop(event.member, None)
        if unregistered is not None:
            self._engine.store.load(unregistered)
        elif self.program.registers_unknown_members:
            lowest = self.program.tier_at(0)
            member = Member(event.member, event.received_at, tier=lowest.name if lowest else None)
            self._engine.store.load(MemberState(member))
            if event.type != "member_registered":
                registered = caused_id(event.id, "member_registered")
                self._count(self._engine.reporting(event.member, "member_registered", {}, event_id=registered))
        else:
            self.totals.refuse("its member is unknown")
        return event.member in self._engine.store.members_by_id

    def _count(self, steps: Iterable[EventContext]) -> None:
        for step in steps:
            self.totals.count(step)
        transfers = self._engine.store.transfers
        for each in transfers:
            self.totals.post(each)
        transfers.clear()
        self._engine.store.sent.clear()

    def _give_tier(self, state: MemberState) -> None:
        """Put a member into the lowest tier if this program does not have the member's tier."""
        lowest = self.program.tier_at(0)
        if lowest is not None and self.program.tier_named(state.member.tier) is None:
            state.member = replace(state.member, tier=lowest.name)
