"""The corrections of an in-memory store."""

from collections.abc import Sequence
from datetime import datetime

from access import CorrectionKind
from loyalty.program.wallets import Points
from loyalty.store.corrections import DEFAULT_RULES, Correction, CorrectionRules


class InMemoryCorrections:
    """Corrections in the order of request."""

    __slots__ = ("_by_id", "_rules")

    def __init__(self) -> None:
        self._by_id: dict[str, Correction] = {}
        self._rules = DEFAULT_RULES

    def get(self, correction_id: str) -> Correction | None:
        return self._by_id.get(correction_id)

    def of_member(self, member_id: str, *, limit: int, offset: int = 0) -> Sequence[Correction]:
        own = [each for each in reversed(self._by_id.values()) if each.member == member_id]
        return own[offset : offset + limit]

    def carried_since(self, person: str, kind: CorrectionKind, unit: str | None, since: datetime) -> Points:
        counted = (
            each.amount
            for each in self._by_id.values()
            if (each.carried_by, each.kind) == (person, kind) and unit in (None, each.unit)
            if each.done_at is not None and each.done_at >= since
        )
        return Points(sum(counted))

    def rules(self) -> CorrectionRules:
        return self._rules

    def lock_person(self, person: str) -> None:
        """Lock nothing, since there is no concurrency."""

    def add(self, new: Correction) -> None:
        self._by_id[new.id] = new

    def change(self, changed: Correction) -> None:
        self._by_id[changed.id] = changed

    def set_rules(self, rules: CorrectionRules) -> None:
        self._rules = rules
