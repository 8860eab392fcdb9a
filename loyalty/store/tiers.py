"""Tiers that an administrator set by hand, and their repository."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

HoldDirection: TypeAlias = Literal["floor", "ceiling", "pinned"]
"""A tier by hand is a lower bound, an upper bound until the next review, or both."""

DEFAULT_SET = "default"
"""The name of the tier set that `member.tier` is of, if the program does not name one."""


@dataclass(frozen=True, slots=True)
class TierHold:
    """A tier that an administrator set by hand, which bounds what standing and rules do."""

    tier: str
    direction: HoldDirection
    until: datetime | None
    """When it ends (aware UTC); None: when it is removed, and a ceiling at the next review."""
    before: str | None = None
    """The tier that the member would be in without it; None: none, or it is not known."""
    before_until: datetime | None = None
    """Until when they would keep that tier; None: it is not reviewed."""


class TierHoldReader(Protocol):
    """Reads the tiers by hand of a store's members."""

    def hold(self, member_id: str, tier_set: str) -> TierHold | None:
        """Return the tier that a member was put into by hand in a tier set; None: there is none."""


class TierHoldRepository(TierHoldReader, Protocol):
    """The tiers by hand of a store's members."""

    def set_hold(self, member_id: str, tier_set: str, hold: TierHold, *, now: datetime) -> None:
        """Store a tier by hand, in place of the one there is."""

    def remove_hold(self, member_id: str, tier_set: str) -> None:
        """Remove a tier by hand, if there is one."""
