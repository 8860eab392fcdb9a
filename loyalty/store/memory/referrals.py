"""The referrals of an in-memory store."""

from loyalty.store.referrals import Referral


class InMemoryReferrals:
    """Referrals by referred member."""

    __slots__ = ("_referrals",)

    def __init__(self) -> None:
        self._referrals: dict[str, Referral] = {}

    def of(self, referee: str) -> Referral | None:
        return self._referrals.get(referee)

    def add(self, new: Referral) -> None:
        self._referrals[new.referee] = new

    def remove(self, referee: str) -> None:
        self._referrals.pop(referee, None)
