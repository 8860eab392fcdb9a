"""Events replayed under two programs: once for both, for as long as they do the same about a member's events."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.program import Program
from loyalty.store.events import Event
from loyalty.store.history import ReplayedEvent
from loyalty.store.limits import DailyUse
from workbench.backtest.comparison import Contrast
from workbench.backtest.divergence import Parting
from workbench.backtest.replay import Replay


class Pair:
    """Two programs over one stretch of events; from the first that they answer differently, a member goes apart."""

    def __init__(self, old: Program, new: Program, start: datetime) -> None:
        self._parting = Parting.of(old, new)
        self._together = Replay(old, start)
        self._old, self._new = self._both = Replay(old, start), Replay(new, start)
        self.apart: set[str] = set()
        """Members who went apart; where the programs may differ on any event, everybody is, and nobody is named."""

    def open(self, openings: Iterable[MemberSnapshot], used: Mapping[str, Mapping[date, DailyUse]]) -> None:
        """Take members in, and what firings took from limits of the whole program."""
        members = list(openings)
        for replay in self._both if self._parting is None else (self._together,):
            replay.open(members, used)

    def report(self, event: ReplayedEvent) -> None:
        """Answer an event under both programs."""
        if self._parting is None or event.member in self.apart or not self._reported_once(self._parting, event):
            for replay in self._both:
                replay.report(event)

    def advance(self, until: datetime) -> None:
        """Let time pass."""
        for replay in (self._together, *self._both):
            replay.advance(until)

    def contrast(self, *, events: int, members: int) -> Contrast:
        """What came out under each, when all is replayed; what did for both is no difference to anybody."""
        for replay in self._both:
            replay.totals.add(self._together.totals)
        return Contrast.of(self._old, self._new, events=events, members=members)

    def _reported_once(self, parting: Parting, event: ReplayedEvent) -> bool:
        """Answer an event for both programs at once, or let its member go apart."""
        together = self._together
        together.advance(event.received_at)
        if event.type not in parting.types:
            if not together.accepts(event):
                return True
            reported = Event(event.id, event.type, event.member, event.time, event.body)
            if parting.is_same(together.store, reported, now=together.now):
                together.answer(event)
                return True
        self._part(event.member)
        return False

    def _part(self, member: str) -> None:
        self.apart.add(member)
        opening, before = self._together.release(member)
        if opening is not None:
            for replay in self._both:
                replay.take_in(opening, before)
