"""The due items of an in-memory store."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from heapq import heappop, heappush
from typing import Final

from loyalty.store.due_items import DUE_KINDS, WAITING_KINDS, DueItem, DueKind, DueTimes, known_kind

_RANK: Final = {kind: rank for rank, kind in enumerate(DUE_KINDS)}
_OF_MEMBERS: Final = frozenset(kind for kind, info in DUE_KINDS.items() if info.subject == "member")
"""Kinds whose subject may be a member in a tier set."""


class DueItemQueue:
    """The due items of lots, coupons and tiers, in a heap by time. Items only wait while their member is frozen.

    `owner_of` returns the member of a lot or a coupon, `is_frozen` whether a member is frozen.
    """

    __slots__ = ("_heap", "_is_frozen", "_items", "_owner_of", "_owners", "_waiting")

    def __init__(self, owner_of: Callable[[str], str], is_frozen: Callable[[str], bool]) -> None:
        self._owner_of = owner_of
        self._is_frozen = is_frozen
        self._items: dict[str, dict[DueKind, datetime]] = {}
        self._owners: dict[str, str] = {}
        """The members of those subjects that are not members themselves."""
        self._waiting: dict[str, dict[DueKind, datetime]] = {}
        """Items that fell due while their member was frozen, by subject."""
        self._heap: list[tuple[datetime, int, str, DueKind]] = []
        """Items by time and kind: at the same moment, points expire before tiers are reviewed."""

    def set(self, subject: str, kind: DueKind, due_at: datetime, *, member: str | None) -> None:
        """Store the due item of a subject and kind, replacing the present one."""
        if member is not None and kind in _OF_MEMBERS:
            self._owners[subject] = member
        self._drop_waiting(subject, kind)
        self._items.setdefault(subject, {})[kind] = due_at
        heappush(self._heap, (due_at, _RANK[kind], subject, kind))

    def clear(self, subject: str, kind: DueKind) -> None:
        """Remove the due item of a subject and kind, if there is one."""
        self._drop_waiting(subject, kind)
        items = self._items.get(subject)
        if items is not None and items.pop(kind, None) is not None and not items:
            del self._items[subject]

    def clear_all(self, subject: str) -> None:
        """Remove all due items of a subject."""
        self._items.pop(subject, None)
        self._waiting.pop(subject, None)

    def take(self, item: DueItem) -> bool:
        """Remove a due item in order to run it; return False if it is gone, has changed, or its member is frozen."""
        kind = known_kind(item.kind)
        if kind is None or self._items.get(item.subject, {}).get(kind) != item.due_at or self._waits(item):
            return False
        self.clear(item.subject, kind)
        return True

    def wait_for_thaw(self, item: DueItem, *, now: datetime) -> bool:  # noqa: ARG002 - not kept
        """Set a due item aside until its member is unfrozen; return False if the member is not frozen."""
        kind = known_kind(item.kind)
        if kind is None or self._items.get(item.subject, {}).get(kind) != item.due_at or not self._waits(item):
            return False
        self.clear(item.subject, kind)
        self._waiting.setdefault(item.subject, {})[kind] = item.due_at
        return True

    def thaw(self, member_id: str, *, now: datetime) -> None:
        """Make due now what fell due while a member was frozen who is unfrozen now."""
        for subject in [each for each in self._waiting if self._member_of(each) == member_id]:
            for kind in self._waiting.pop(subject):
                self.set(subject, kind, now, member=member_id)

    def remove(self, subjects: Iterable[str]) -> dict[str, DueTimes]:
        """Remove and return the due items of some subjects."""
        found: dict[str, DueTimes] = {}
        for each in subjects:
            if due := {**self._items.pop(each, {}), **self._waiting.pop(each, {})}:
                found[each] = due
        return found

    def due(self, *, now: datetime, limit: int) -> Sequence[DueItem]:
        """Return what is due by `now`; each item is returned once, since running it removes it."""
        items: list[DueItem] = []
        while len(items) < limit and (earliest := self.earliest()) is not None and earliest <= now:
            due_at, _, subject, kind = heappop(self._heap)
            items.append(DueItem(subject, kind, due_at, self._owners.get(subject)))
        return items

    def earliest(self) -> datetime | None:
        """Return when the next item is due."""
        while self._heap:
            due_at, _, subject, kind = self._heap[0]
            if self._items.get(subject, {}).get(kind) == due_at:
                return due_at
            heappop(self._heap)
        return None

    def _member_of(self, subject: str) -> str:
        return self._owners.get(subject) or self._owner_of(subject)

    def _waits(self, item: DueItem) -> bool:
        return item.kind in WAITING_KINDS and self._is_frozen(self._member_of(item.subject))

    def _drop_waiting(self, subject: str, kind: DueKind) -> None:
        if subject in self._waiting:
            self._waiting[subject].pop(kind, None)

    def set_clock(self, due_at: datetime | None) -> None:
        """Do nothing: there is no sleeping clock, since the engine asks for the earliest item."""
