"""Events that reverse others, such as refunds: what each reverses, how they are matched; and their repository.

An event is found by its key, a hash of the fields in `where` of `reverses`: no personal data is stored for matching.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredReversal:
    """An event that reverses another of its member."""

    event: str
    member: str
    reversed_type: str
    key: str
    """The key of the event that it reverses."""
    reversed: str | None
    """The event that it reverses; None: that is not known yet."""
    share: Decimal | None
    """The reversed share of that event, from 0 to 1; None while it waits."""


@dataclass(frozen=True, slots=True)
class ReversibleEvent:
    """An event that can be reversed: it is found by its member and a key. `time` is when it happened."""

    event: str
    member: str
    key: str
    time: datetime


class ReversalReader(Protocol):
    """Reads which events of a store reverse others."""

    def get(self, event_id: str) -> StoredReversal | None:
        """Return what an event reverses."""

    def of(self, event_id: str) -> Sequence[StoredReversal]:
        """Return the reversals of an event, in the order in which they were stored."""


class ReversalRepository(ReversalReader, Protocol):
    """The events of a store that reverse others."""

    def note_reversible(self, events: Sequence[ReversibleEvent]) -> None:
        """Index events by their keys."""

    def reversible(self, member_id: str, key: str) -> Sequence[str]:
        """Return the ids of the events of a member with a key, the newest first."""

    def add(self, reversal: StoredReversal, *, now: datetime) -> None:
        """Store what an event reverses, or what it waits for."""

    def waiting(self, wanted: Collection[tuple[str, str]]) -> Sequence[StoredReversal]:
        """Return the reversals that wait for events of these members and keys, in the order of storing."""

    def join(self, event_id: str, reversed_id: str, share: Decimal) -> None:
        """Store which event a waiting one reverses, and which share of it."""
