"""Anonymised members of an in-memory store, which erases nothing."""

from loyalty.store.erasures import Erasure


class InMemoryErasures:
    """The anonymisations of a store's members."""

    def __init__(self) -> None:
        self._begun: dict[str, Erasure] = {}

    def of(self, member_id: str) -> Erasure | None:
        """Return the erasure of a member; None: none was requested."""
        return self._begun.get(member_id)

    def begin(self, erasure: Erasure) -> None:
        """Store that a member is to be anonymised."""
        self._begun[erasure.member] = erasure
