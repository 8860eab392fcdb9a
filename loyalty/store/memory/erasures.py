"""Members who were closed to be anonymised, in memory: nothing is erased there."""

from loyalty.store.erasures import Erasure


class InMemoryErasures:
    """Members of a store who were closed to be anonymised."""

    def __init__(self) -> None:
        self._begun: dict[str, Erasure] = {}

    def of(self, member_id: str) -> Erasure | None:
        """Return the erasure of a member; None: nobody asked for it."""
        return self._begun.get(member_id)

    def begin(self, erasure: Erasure) -> None:
        """Store that a member is to be anonymised."""
        self._begun[erasure.member] = erasure
