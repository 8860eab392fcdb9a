"""The revisions of a store's program, as units of work see them."""

from typing import Protocol


class RevisionRepository(Protocol):
    """The revisions of a store's program."""

    def is_in_force(self, number: int) -> bool:
        """Return whether a revision is in force; deploys wait until the unit of work ends."""
