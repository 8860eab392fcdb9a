"""Redemption codes of an in-memory store."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.store.campaign_codes import NewCampaignCode


class InMemoryCampaignCodes:
    """The redemption codes of one store. A reactor without a list of codes accepts every text."""

    __slots__ = ("_listed", "_used")

    def __init__(self) -> None:
        self._listed: set[str] = set()
        """The reactors with a list of codes."""
        self._used: dict[tuple[str, str], int] = {}

    def known(self, reactor: str, codes: Sequence[str]) -> Sequence[str]:
        return sorted(code for code in set(codes) if (reactor, code) in self._used)

    def lock_and_count(self, reactor: str, code: str) -> int | None:
        return self._used.get((reactor, code), None if reactor in self._listed else 0)

    def use(self, reactor: str, code: str, *, member_id: str, now: datetime) -> None:  # noqa: ARG002 - as the database
        self._used[reactor, code] = self._used.get((reactor, code), 0) + 1

    def give_back(self, reactor: str, code: str) -> None:
        self._used[reactor, code] = max(0, self._used.get((reactor, code), 0) - 1)

    def add(self, codes: Sequence[NewCampaignCode]) -> int:
        new = {(each.reactor, each.code) for each in codes} - self._used.keys()
        self._listed.update(reactor for reactor, _ in new)
        self._used |= dict.fromkeys(new, 0)
        return len(new)
