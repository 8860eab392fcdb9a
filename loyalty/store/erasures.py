"""Members who are being anonymised, and their repository."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Erasure:
    """The anonymisation of a closed member. `erased_at` None: personal data may still exist."""

    member: str
    event: str
    """The event that reports that the member is closed: everything before it in the queue is applied first."""
    was_active: bool
    requested_at: datetime
    erased_at: datetime | None = None


class ErasureReader(Protocol):
    """Reads the anonymisations of a store."""

    def of(self, member_id: str) -> Erasure | None:
        """Return the erasure of a member; None: none was requested."""


class ErasureRepository(ErasureReader, Protocol):
    """The anonymisations of a store's members."""

    def begin(self, erasure: Erasure) -> None:
        """Store that a member, who is locked, is to be anonymised."""
