"""Events that reverse others, in a store that is kept in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from loyalty.store.reversals import ReversibleEvent, StoredReversal


class InMemoryReversals:
    """What reverses what, in the order in which it was stored."""

    __slots__ = ("_by_event", "_reversible")

    def __init__(self) -> None:
        self._by_event: dict[str, StoredReversal] = {}
        self._reversible: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
        """The times and ids of events, by member and key."""

    def get(self, event_id: str) -> StoredReversal | None:
        return self._by_event.get(event_id)

    def of(self, event_id: str) -> Sequence[StoredReversal]:
        return [each for each in self._by_event.values() if each.reversed == event_id]

    def note_reversible(self, events: Sequence[ReversibleEvent]) -> None:
        for each in events:
            self._reversible.setdefault((each.member, each.key), []).append((each.time, each.event))

    def reversible(self, member_id: str, key: str) -> Sequence[str]:
        return [event_id for _, event_id in sorted(self._reversible.get((member_id, key), ()), reverse=True)]

    def add(self, reversal: StoredReversal, *, now: datetime) -> None:  # noqa: ARG002 - they are in order
        self._by_event[reversal.event] = reversal

    def waiting(self, wanted: Collection[tuple[str, str]]) -> Sequence[StoredReversal]:
        waits = [each for each in self._by_event.values() if each.reversed is None]
        return [each for each in waits if (each.member, each.key) in wanted]

    def join(self, event_id: str, reversed_id: str, share: Decimal) -> None:
        self._by_event[event_id] = replace(self._by_event[event_id], reversed=reversed_id, share=share)
