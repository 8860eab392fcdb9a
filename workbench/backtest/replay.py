"""Replay events under one program, from the state that its members had at the start."""

import re
from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from loyalty.engine.in_memory import REVISION, InMemoryEngine
from loyalty.engine.past_operations import (
    ActivatePoints,
    CancelReward,
    CapturePoints,
    ExpirePoints,
    Freeze,
    Ids,
    MemberRequest,
    PastOperation,
    PointsRequest,
    ReissueReward,
    ReleasePoints,
    RewardRequest,
    Unfreeze,
    UseReward,
    repeat,
)
from loyalty.engine.snapshots import MemberSnapshot, load_into, unload_from
from loyalty.events.context import EventContext
from loyalty.events.operations import OperationContext
from loyalty.ids import caused_id
from loyalty.points.cancelling import CancelTransfer
from loyalty.points.holds import HoldPoints
from loyalty.points.operations import AddPoints, SpendPoints, TransferPoints
from loyalty.program.program import Program
from loyalty.refusals import Refusal
from loyalty.rewards.operations import BuyReward, GiveReward
from loyalty.store.history import ReplayedEvent, RewardsBefore
from loyalty.store.limits import DailyUse
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore
from loyalty.store.points import Transfer
from loyalty.transactions.refusals import TransactionRefusal
from workbench.backtest.documents import DOCUMENTS, store_document
from workbench.backtest.gains import Benefit, Gains, lifetime_gains
from workbench.backtest.totals import Totals

_NAMES: Mapping[type[PointsRequest | RewardRequest | MemberRequest], str] = {
    AddPoints: "points added by hand",
    SpendPoints: "points spent",
    HoldPoints: "points held",
    CapturePoints: "held points captured",
    ReleasePoints: "held points released",
    TransferPoints: "points sent to another member",
    CancelTransfer: "transfer cancelled",
    ExpirePoints: "points expired by hand",
    ActivatePoints: "points activated by hand",
    BuyReward: "reward bought",
    GiveReward: "reward given",
    UseReward: "coupon used",
    ReissueReward: "coupon reissued",
    CancelReward: "reward cancelled",
    Freeze: "member frozen",
    Unfreeze: "member unfrozen",
}
"""Operations as a backtest names them."""

ANY_NUMBER: Final = RewardsBefore()
"""Every reward has an unlimited stock."""

_REPLAYED = {"member_registered", *DOCUMENTS}
"""The built-in events that are replayed; all others are caused by those."""


@dataclass(slots=True)
class Replay:
    """One program processing a series of events. It keeps totals only: no reasons, no messages."""

    program: Program
    start: datetime
    totals: Totals = field(default_factory=Totals)
    ids: Ids = field(default_factory=dict)
    """The ids of another replay, from which members may come; this one adds its own."""
    other_programs: Mapping[int, Program | None] = field(default_factory=dict)
    """The programs that decided earlier events, by their revisions."""
    _of_tests: Totals = field(default_factory=Totals)
    """The totals of test members, which are in no figure."""
    _engine: InMemoryEngine = field(init=False)
    _unregistered: dict[str, MemberState] = field(default_factory=dict)
    """Members who register during the replay."""
    _gains_before: dict[str, Counter[Benefit]] = field(default_factory=dict)
    """The gains of members when the replay began for them, and by operations since; absent: nothing."""

    def __post_init__(self) -> None:
        self.ids = ChainMap({}, self.ids)
        self._engine = InMemoryEngine(self.program, self.start, with_reasons=False)
        self._engine.other_programs = self.other_programs

    def load(
        self,
        snapshots: Iterable[MemberSnapshot],
        used: Mapping[str, Mapping[date, DailyUse]],
        rewards: RewardsBefore = ANY_NUMBER,
    ) -> None:
        """Load members, the earlier use of limits `per: program`, and the supplies of rewards.

        All of it is copied, so that another replay can start from the same state.
        """
        self._engine.store.used.update({name: dict(days) for name, days in used.items()})
        for each in rewards.shared_codes:
            self._engine.store.rewards.count_shared(each.reward, each.code, assigned=each.assigned)
        for supply in rewards.limited(self.program):
            self._engine.store.rewards.set_supply(supply)
        for snapshot in snapshots:
            self.add_member(snapshot, lifetime_gains(snapshot.state))

    def add_member(self, snapshot: MemberSnapshot, gains_before: Gains) -> None:
        """Load one member; `gains_before` is what `gains` does not count."""
        state = snapshot.state.copy() if snapshot.is_new else load_into(self._engine, snapshot)
        self._give_tier(state)
        self._gains_before[state.member.id] = Counter(gains_before)
        if snapshot.is_new:
            self._unregistered[state.member.id] = state

    def report(self, event: ReplayedEvent) -> None:
        """Process an event at the time it was received, after everything that was due before."""
        self.advance(event.received_at)
        if self.accepts(event):
            self.process(event)

    def advance(self, until: datetime) -> None:
        """Advance the clock, and process what is due."""
        due = self._engine.store.due_items.earliest()
        if due is not None and due <= until:
            self._count(self._engine.advancing(until))
            for refusal in _drained(self._engine.set_aside):
                self.totals.refuse(_in_words(refusal))
        elif until > self._engine.now:
            self._engine.now = until

    def accepts(self, event: ReplayedEvent) -> bool:
        """Return whether the program accepts an event, and register its member if necessary; else count a refusal."""
        event_type = self.program.event_types.get(event.type)
        if event_type is None:
            self._totals_of(event.member).refuse(f"event type {event.type} is unknown")
        elif event_type.built_in and event.type not in _REPLAYED:
            self._totals_of(event.member).refuse(f"{event.type} happens by itself and is not reported")
        elif not event_type.body.is_valid(event.body):
            self._totals_of(event.member).refuse(f"the body of {event.type} is against its schema")
        else:
            return self._ensure_member(event)
        return False

    def process(self, event: ReplayedEvent) -> None:
        """Process an accepted event; count the refusal if its reversal is not possible."""
        if event.type in DOCUMENTS:
            store_document(self.store, event, now=self.now)
        try:
            steps = self._engine.reporting(event.member, event.type, event.body, time=event.time, event_id=event.id)
        except Refusal as refusal:
            self._totals_of(event.member).refuse(f"{event.type}: {_in_words(refusal)}")
            return
        self._count(steps)

    def operate(self, past: PastOperation) -> None:
        """Repeat an operation at its time, after everything that was due before; count it, or its refusal."""
        self.advance(past.received_at)
        totals = self._totals_of(past.member)
        if not all(map(self._is_there, past.members)):
            totals.refuse_operation(f"{_NAMES[type(past.request)]}: the member is unknown")
            return
        operation = OperationContext(self.store, self.program, REVISION, self.now, past.source)
        try:
            repeat(operation, past, self.ids)
        except Refusal as refusal:
            totals.refuse_operation(f"{_NAMES[type(past.request)]}: {_in_words(refusal)}")
            return
        totals.operations += 1
        self._leave_out_of_gains(self.store.transfers)
        self._count_reward(past)
        self._count(self._engine.processing(operation.to_start), by_hand=True)

    def _count_reward(self, past: PastOperation) -> None:
        """Count a reward that was bought, given or cancelled; cancelling one is a loss only if a rule had issued it."""
        match past.request:
            case BuyReward() | GiveReward():
                more = 1
            case CancelReward():
                more = -1
            case _:
                return
        issued = self.store.rewards.get(self.ids.get(past.transfer, past.transfer))
        assert issued is not None, "it was issued or cancelled just now"
        totals = self._totals_of(issued.member)
        if issued.origin == "reactor":
            totals.rewards[issued.reward] += more
        else:
            totals.bought[issued.reward] += more
            before = self._gains_before.setdefault(issued.member, Counter())
            before[Benefit("reward", issued.reward)] += more

    def is_test(self, member: str) -> bool:
        """Return whether a member is known as a test member."""
        state = self.store.members_by_id.get(member) or self._unregistered.get(member)
        return state is not None and state.member.is_test

    def _totals_of(self, member: str) -> Totals:
        """Return the totals of a member: for a test member, separate ones."""
        return self._of_tests if self.is_test(member) else self.totals

    def _is_there(self, member: str) -> bool:
        """Return whether a member exists; one who registers later does so now, as far as known."""
        unregistered = self._unregistered.pop(member, None)
        if unregistered is not None:
            self._engine.store.load(unregistered)
        return member in self._engine.store.members_by_id

    def _leave_out_of_gains(self, transfers: Iterable[Transfer]) -> None:
        """Exclude what operations posted from gains, unless they cancel what rules gave or took."""
        for each in transfers:
            about = None if each.related is None else self.store.ledger.transfer(each.related)
            is_of_rules = each.kind == "cancel" and about is not None and about.kind in ("award", "deduct")
            if not is_of_rules and each.change.earned != each.change.spent:
                before = self._gains_before.setdefault(each.member, Counter())
                before[Benefit("wallet", each.wallet)] += each.change.earned - each.change.spent

    def remove_member(self, member: str) -> tuple[MemberSnapshot | None, Gains]:
        """Remove a member; return what `add_member` of another replay takes. The snapshot of an unknown one is None."""
        gains_before = self._gains_before.pop(member, Counter[Benefit]())
        unregistered = self._unregistered.pop(member, None)
        if unregistered is not None:
            return MemberSnapshot(unregistered, is_new=True), gains_before
        return (unload_from(self._engine, member) if member in self.store.members_by_id else None), gains_before

    def gains(self) -> dict[str, Gains]:
        """Return the gains of each member, without test members and empty ones."""
        found: dict[str, Gains] = {}
        for member, state in self.store.members_by_id.items():
            if state.member.is_test:
                continue
            gains = lifetime_gains(state)
            gains.subtract(self._gains_before.get(member, {}))
            if changed := {benefit: count for benefit, count in gains.items() if count}:
                found[member] = changed
        return found

    @property
    def store(self) -> InMemoryStore:
        """The in-memory state of all members."""
        return self._engine.store

    @property
    def now(self) -> datetime:
        """The current time of the replay."""
        return self._engine.now

    def _ensure_member(self, event: ReplayedEvent) -> bool:
        """Return whether an event's member exists now; the program decides whether an unknown one is registered."""
        if event.member in self._engine.store.members_by_id:
            return True
        unregistered = self._unregistered.pop(event.member, None)
        if unregistered is not None:
            self._engine.store.load(unregistered)
        elif self.program.registers_unknown_members:
            lowest = self.program.tier_at(0)
            member = Member(event.member, event.received_at, tier=lowest.name if lowest else None)
            self._engine.store.load(MemberState(member, keeps_history=bool(self.program.reversals_of)))
            if event.type != "member_registered":
                registered = caused_id(event.id, "member_registered")
                self._count(self._engine.reporting(event.member, "member_registered", {}, event_id=registered))
        else:
            self._totals_of(event.member).refuse("its member is unknown")
        return event.member in self._engine.store.members_by_id

    def _count(self, steps: Iterable[EventContext], *, by_hand: bool = False) -> None:
        for step in steps:
            self._totals_of(step.event.member).count(step, by_hand=by_hand)
        transfers = self._engine.store.transfers
        for each in transfers:
            self._totals_of(each.member).post(each, self.program.zone)
        transfers.clear()
        self._engine.store.sent.clear()

    def _give_tier(self, state: MemberState) -> None:
        """Put a member into the lowest tier if this program does not have the member's tier."""
        lowest = self.program.tier_at(0)
        if lowest is not None and self.program.tier_named(state.member.tier) is None:
            state.member = replace(state.member, tier=lowest.name)


def _drained(refusals: list[TransactionRefusal]) -> Iterator[TransactionRefusal]:
    while refusals:
        yield refusals.pop()


def _in_words(refusal: Refusal) -> str:
    """Return a refusal without its amounts: `not enough points`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(refusal).__name__).lower()
