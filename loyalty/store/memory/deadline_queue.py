"""What falls due in books that are kept in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import heappop, heappush

from loyalty.store.repositories import Row


class FallingDue:
    """The next deadline of every lot, coupon and tier."""

    __slots__ = ("_heap", "_next")

    def __init__(self) -> None:
        self._next: dict[str, tuple[datetime, str]] = {}
        self._heap: list[tuple[datetime, str, str]] = []
        """By time, kind and subject: of one moment, points expire before tiers are reviewed."""

    def set(self, subject: str, kind: str, due_at: datetime) -> None:
        """What of a subject falls due next."""
        self._next[subject] = (due_at, kind)
        heappush(self._heap, (due_at, kind, subject))

    def clear(self, subject: str) -> None:
        """Nothing of it does any more."""
        self._next.pop(subject, None)

    def take(self, subjects: Iterable[str]) -> dict[str, tuple[datetime, str]]:
        """What of some subjects falls due next, and does not any more here."""
        return {each: self._next.pop(each) for each in subjects if each in self._next}

    def due(self, *, now: datetime, limit: int) -> Sequence[Row]:
        """What is due by now; each is handed out once, as whoever rings sets what comes next."""
        rows: list[Row] = []
        while len(rows) < limit and (earliest := self.earliest()) is not None and earliest <= now:
            due_at, kind, subject = heappop(self._heap)
            rows.append({"subject": subject, "kind": kind, "due_at": due_at})
        return rows

    def earliest(self) -> datetime | None:
        """When the next thing falls due."""
        while self._heap:
            due_at, kind, subject = self._heap[0]
            if self._next.get(subject) == (due_at, kind):
                return due_at
            heappop(self._heap)
        return None

    def set_clock(self, rings_at: datetime | None) -> None:
        """Nobody sleeps here: a trial asks for the earliest."""
