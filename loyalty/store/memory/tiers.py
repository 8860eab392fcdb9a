"""The tiers by hand of a store that is kept in memory."""

from collections.abc import Mapping
from datetime import datetime

from loyalty.store.memory.member_state import MemberState
from loyalty.store.tiers import TierHold


class InMemoryTierHolds:
    """Tiers by hand, kept with their members."""

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, MemberState]) -> None:
        self._members = members

    def hold(self, member_id: str, tier_set: str) -> TierHold | None:
        return self._members[member_id].tier_holds.get(tier_set)

    def set_hold(self, member_id: str, tier_set: str, hold: TierHold, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        self._members[member_id].tier_holds[tier_set] = hold

    def remove_hold(self, member_id: str, tier_set: str) -> None:
        self._members[member_id].tier_holds.pop(tier_set, None)
