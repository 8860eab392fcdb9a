"""The due items of a store that is kept in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import heappop, heappush

from loyalty.store.due_items import DueItem, DueKind


class DueItemQueue:
    """The due item of each lot, coupon and tier, in a heap by time."""

    __slots__ = ("_heap", "_next")

    def __init__(self) -> None:
        self._next: dict[str, tuple[datetime, DueKind]] = {}
        self._heap: list[tuple[datetime, DueKind, str]] = []
        """By time, kind and subject: at the same moment, points expire before tiers are reviewed."""

    def set(self, subject: str, kind: DueKind, due_at: datetime) -> None:
        """Store the next due item of a subject, in place of the one it has."""
        self._next[subject] = (due_at, kind)
        heappush(self._heap, (due_at, kind, subject))

    def clear(self, subject: str) -> None:
        """Remove the due item of a subject."""
        self._next.pop(subject, None)

    def take(self, subjects: Iterable[str]) -> dict[str, tuple[datetime, DueKind]]:
        """Remove and return the due items of some subjects."""
        return {each: self._next.pop(each) for each in subjects if each in self._next}

    def due(self, *, now: datetime, limit: int) -> Sequence[DueItem]:
        """Return what is due by `now`; an item is returned once, since running it sets the next one."""
        items: list[DueItem] = []
        while len(items) < limit and (earliest := self.earliest()) is not None and earliest <= now:
            due_at, kind, subject = heappop(self._heap)
            items.append(DueItem(subject, kind, due_at))
        return items

    def earliest(self) -> datetime | None:
        """Return when the next item is due."""
        while self._heap:
            due_at, kind, subject = self._heap[0]
            if self._next.get(subject) == (due_at, kind):
                return due_at
            heappop(self._heap)
        return None

    def set_clock(self, due_at: datetime | None) -> None:
        """Do nothing: no clock sleeps here, since the engine asks for the earliest item."""
