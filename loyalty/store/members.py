"""Members, their balances, and the repository of members."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from operator import add, sub
from typing import Any, NamedTuple, Protocol

from loyalty.program.wallets import Points
from rules.frozen import frozen_at_type_check

NOTHING = Points(0)


class Balance(NamedTuple):
    """A member's points in one wallet, in its smallest unit."""

    active: Points = NOTHING
    pending: Points = NOTHING
    earned: Points = NOTHING
    spent: Points = NOTHING
    expired: Points = NOTHING

    def plus(self, change: "Balance") -> "Balance":
        """The balance after a change, part by part."""
        return Balance(*map(add, self, change))

    def minus(self, change: "Balance") -> "Balance":
        """The balance before a change, part by part."""
        return Balance(*map(sub, self, change))


NO_POINTS = Balance()
"""The balance of a wallet that was never used."""


@frozen_at_type_check
class Member:
    """A member of a store. `profile` holds what rules do not read: names, address, agreements."""

    id: str
    registered_at: datetime
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    tier: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    balances: Mapping[str, Balance] = field(default_factory=dict)
    badges: tuple[str, ...] = ()
    tier_base: Points = NOTHING
    """Points earned in the default wallet when the tier was last reviewed."""
    tier_until: datetime | None = None
    """When the tier is reviewed; None: never."""


class MemberRepository(Protocol):
    """Members of a store."""

    def lock_member(self, member_id: str) -> None:
        """Lock everything that belongs to a member until the unit of work ends."""

    def facts(self, member_id: str) -> Member:
        """Return a member as rules see them; raise LookupError for an unknown id."""

    def set_tier(self, member_id: str, tier: str, *, until: datetime | None, now: datetime) -> None:
        """Put a member into a tier that is reviewed at `until` (None: never)."""

    def set_period(self, member_id: str, *, base: Points, until: datetime | None, now: datetime) -> None:
        """Begin a tier period: points earned above `base` count, and the review is at `until`."""

    def set_attributes(self, member_id: str, attributes: Mapping[str, Any], *, now: datetime) -> None:
        """Replace a member's attributes."""

    def grant_badge(self, member_id: str, name: str, *, now: datetime) -> None:
        """Grant a badge once more."""
