"""Replay events under two programs: once for both, until they first process an event of a member differently."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from loyalty.engine.past_operations import PastOperation
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.program import Program
from loyalty.store.events import Event
from loyalty.store.history import ReplayedEvent, RewardsBefore
from loyalty.store.limits import DailyUse
from workbench.backtest.comparison import ReplayComparison
from workbench.backtest.divergence import Divergence
from workbench.backtest.replay import ANY_NUMBER, Replay

NO_PROGRAMS: Final[Mapping[int, Program | None]] = {}


def limits_any(rewards: RewardsBefore, *programs: Program) -> bool:
    """Return whether a reward of these programs has a limited stock."""
    return any(True for program in programs for _ in rewards.limited(program))


class PairedReplay:
    """Two programs over the same events.

    A member is replayed once for both, and separately from the first event that the programs process differently.
    """

    def __init__(
        self,
        old: Program,
        new: Program,
        start: datetime,
        other_programs: Mapping[int, Program | None] = NO_PROGRAMS,
    ) -> None:
        """Set up; `other_programs`: those that decided earlier events, by their revisions."""
        self._divergence = Divergence.of(old, new)
        self._shared = Replay(old, start, other_programs=other_programs)
        self._old, self._new = self._both = tuple(
            Replay(each, start, ids=self._shared.ids, other_programs=other_programs) for each in (old, new)
        )
        self.diverged: set[str] = set()
        """Members replayed under each program; empty if all are, as any event may be processed differently."""

    def load(
        self,
        snapshots: Iterable[MemberSnapshot],
        used: Mapping[str, Mapping[date, DailyUse]],
        rewards: RewardsBefore = ANY_NUMBER,
    ) -> None:
        """Load members, the earlier use of limits `per: program`, and the supplies of rewards.

        If a reward has a limited stock, what one member gets may be missing for any other.
        """
        members = list(snapshots)
        if limits_any(rewards, self._old.program, self._new.program):
            self._divergence = None
        for replay in self._both if self._divergence is None else (self._shared,):
            replay.load(members, used, rewards)

    def report(self, event: ReplayedEvent) -> None:
        """Process an event under both programs."""
        if (
            self._divergence is None
            or event.member in self.diverged
            or not self._report_shared(self._divergence, event)
        ):
            for replay in self._both:
                replay.report(event)

    def operate(self, past: PastOperation) -> None:
        """Repeat an operation under both programs: once, unless one of its members is replayed separately."""
        if self._divergence is not None and self.diverged.isdisjoint(past.members):
            self._shared.operate(past)
            return
        if self._divergence is not None:
            self._shared.advance(past.received_at)
            for member in {*past.members} - self.diverged:
                self._separate(member)
        for replay in self._both:
            replay.operate(past)

    def advance(self, until: datetime) -> None:
        """Advance the clock, and process what is due."""
        for replay in (self._shared, *self._both):
            replay.advance(until)

    def compare(self, *, events: int, members: int) -> ReplayComparison:
        """Return the comparison after the replay; what was replayed for both counts in the totals of each."""
        for replay in self._both:
            replay.totals.add(self._shared.totals)
        return ReplayComparison.of(self._old, self._new, events=events, members=members)

    def _report_shared(self, divergence: Divergence, event: ReplayedEvent) -> bool:
        """Process an event once for both programs and return True, or separate its member and return False."""
        shared = self._shared
        shared.advance(event.received_at)
        if event.type not in divergence.types:
            if not shared.accepts(event):
                return True
            reported = Event(event.id, event.type, event.member, event.time, event.body)
            if divergence.is_same(shared.store, reported, now=shared.now):
                shared.process(event)
                return True
        self._separate(event.member)
        return False

    def _separate(self, member: str) -> None:
        self.diverged.add(member)
        snapshot, gains_before = self._shared.remove_member(member)
        if snapshot is not None:
            for replay in self._both:
                replay.add_member(snapshot, gains_before)
