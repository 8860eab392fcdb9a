"""Members who were closed to be anonymised, and the repository of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Erasure:
    """A member who was closed to be anonymised. `erased_at` None: something personal may be there still."""

    member: str
    event: str
    """The event that says that the member is closed: everything before it in the queue is applied first."""
    was_active: bool
    requested_at: datetime
    erased_at: datetime | None = None


class ErasureReader(Protocol):
    """Reads which members of a store were closed to be anonymised."""

    def of(self, member_id: str) -> Erasure | None:
        """Return the erasure of a member; None: nobody asked for it."""


class ErasureRepository(ErasureReader, Protocol):
    """Members of a store who were closed to be anonymised."""

    def begin(self, erasure: Erasure) -> None:
        """Store that a member, who is locked, is to be anonymised."""
