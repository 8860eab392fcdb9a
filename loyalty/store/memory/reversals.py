"""Events that reverse others, in an in-memory store."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from loyalty.store.reversals import ReversibleEvent, StoredReversal


class InMemoryReversals:
    """Reversals, in the order in which they were stored."""

    __slots__ = ("_by_event", "_by_reversed", "_keys", "_reversible", "_waiting")

    def __init__(self) -> None:
        self._by_event: dict[str, StoredReversal] = {}
        self._by_reversed: dict[str, list[str]] = {}
        self._waiting: dict[tuple[str, str], list[str]] = {}
        """Waiting reversals, by member and key."""
        self._reversible: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
        """The times and ids of events, by member and key."""
        self._keys: dict[str, set[str]] = {}
        """The keys of reversible events, by member."""

    def get(self, event_id: str) -> StoredReversal | None:
        return self._by_event.get(event_id)

    def of(self, event_id: str) -> Sequence[StoredReversal]:
        return [self._by_event[each] for each in self._by_reversed.get(event_id, ())]

    def note_reversible(self, events: Sequence[ReversibleEvent]) -> None:
        for each in events:
            self._reversible.setdefault((each.member, each.key), []).append((each.time, each.event))
            self._keys.setdefault(each.member, set()).add(each.key)

    def reversible(self, member_id: str, key: str) -> Sequence[str]:
        return [event_id for _, event_id in sorted(self._reversible.get((member_id, key), ()), reverse=True)]

    def add(self, reversal: StoredReversal, *, now: datetime) -> None:  # noqa: ARG002 - they are in order
        self.load([reversal])

    def load(self, earlier: Sequence[StoredReversal]) -> None:
        """Load the reversals of past events, in the order in which they were stored."""
        for each in earlier:
            self._load(each)

    def _load(self, reversal: StoredReversal) -> None:
        self._by_event[reversal.event] = reversal
        if reversal.reversed is None:
            self._waiting.setdefault((reversal.member, reversal.key), []).append(reversal.event)
        else:
            self._by_reversed.setdefault(reversal.reversed, []).append(reversal.event)

    def waiting(self, wanted: Collection[tuple[str, str]]) -> Sequence[StoredReversal]:
        return [self._by_event[each] for key in sorted(wanted) for each in self._waiting.get(key, ())]

    def join(self, event_id: str, reversed_id: str, share: Decimal) -> None:
        found = self._by_event[event_id]
        self._waiting[found.member, found.key].remove(event_id)
        self._by_event[event_id] = replace(found, reversed=reversed_id, share=share)
        self._by_reversed.setdefault(reversed_id, []).append(event_id)

    def unload(self, event_ids: Sequence[str]) -> list[StoredReversal]:
        """Remove the reversals by events, and return them; the reversed events are among these events, too."""
        found = [self._by_event.pop(each) for each in event_ids if each in self._by_event]
        for each in found:
            self._by_reversed.pop(each.reversed or "", None)
            if each.reversed is None:
                self._waiting[each.member, each.key].remove(each.event)
        return found

    def unload_reversible(self, member_id: str) -> list[ReversibleEvent]:
        """Remove the keys of a member's reversible events, and return them."""
        keys = self._keys.pop(member_id, ())
        return [
            ReversibleEvent(event_id, member_id, key, time)
            for key in keys
            for time, event_id in self._reversible.pop((member_id, key), ())
        ]
