"""Places of members in tier sets, tiers by hand, what sales count for tiers; and their repositories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from loyalty.program.wallets import Points
from loyalty.store.members import NOTHING, TierPeriod, TierReview

HoldDirection: TypeAlias = Literal["floor", "ceiling", "pinned"]
"""A tier by hand is a lower bound, an upper bound until the next review, or both."""


@dataclass(frozen=True, slots=True)
class TierHold:
    """A tier that an administrator set by hand, which bounds the tier that standing and rules give."""

    tier: str
    direction: HoldDirection
    until: datetime | None
    """When it ends (aware UTC); None: when it is removed, and a ceiling at the next review."""
    before: str | None = None
    """The tier that the member would be in without it; None: none, or unknown."""
    before_until: datetime | None = None
    """Until when the member would keep that tier; None: it is not reviewed."""


@dataclass(frozen=True, slots=True)
class TierPlace:
    """A member's place in a tier set other than the default one; None: in no tier, or never."""

    tier: str | None = None
    tier_since: datetime | None = None
    tier_raised_at: datetime | None = None
    tier_lowered_at: datetime | None = None
    tier_base: Points = NOTHING
    tier_until: datetime | None = None
    reviewed_at: datetime | None = None
    reviewed_since: datetime | None = None
    reviewed_base: Points = NOTHING

    @property
    def period(self) -> TierPeriod:
        """What counts for the tier now."""
        at = self.reviewed_at
        review = None if at is None else TierReview(at, self.reviewed_since, self.reviewed_base)
        return TierPeriod(self.tier_base, self.tier_until, review)


NO_PLACE = TierPlace()
"""The place of a member who was never in a tier of the set."""


class TierHoldReader(Protocol):
    """Reads the tiers by hand of a store's members."""

    def hold(self, member_id: str, tier_set: str) -> TierHold | None:
        """Return the member's tier by hand in a tier set; None: there is none."""


class TierHoldRepository(TierHoldReader, Protocol):
    """The tiers by hand of a store's members."""

    def set_hold(self, member_id: str, tier_set: str, hold: TierHold, *, now: datetime) -> None:
        """Store a tier by hand, replacing the present one."""

    def remove_hold(self, member_id: str, tier_set: str) -> None:
        """Remove a tier by hand, if there is one."""


class TierPlaceReader(Protocol):
    """Reads the places of a store's members in the tier sets beside the default one."""

    def place(self, member_id: str, tier_set: str) -> TierPlace:
        """Return the place of a member in a tier set."""

    def places_of(self, member_id: str) -> Mapping[str, TierPlace]:
        """Return the places of a member, by tier set."""


class TierPlaceRepository(TierPlaceReader, Protocol):
    """The places of members in the tier sets beside the default one."""

    def set_place(self, member_id: str, tier_set: str, place: TierPlace) -> None:
        """Store the place of a member in a tier set."""


@dataclass(frozen=True, slots=True)
class CountedSale:
    """What one sale counts for a tier set that is reached by spend, in millionths."""

    event: str
    tier_set: str
    at: datetime
    """When the sale happened."""
    sold: Points
    """What it counted when it was sold."""
    amount: Points
    """What it counts, less returns."""


class SpendReader(Protocol):
    """Reads what the sales of a store's members count for tiers."""

    def spent(self, member_id: str, tier_set: str, *, since: datetime | None, until: datetime | None = None) -> Points:
        """Return the sum of sales from a moment (None: all) until before another (None: now)."""

    def of_sale(self, member_id: str, event_id: str) -> Sequence[CountedSale]:
        """Return what the sale of a member's event counts, for each tier set."""

    def not_recounted(self, member_id: str, tier_set: str, *, by: int, limit: int) -> Sequence[str]:
        """Return the events of decided sales of a member that a revision has not counted again for a tier set."""


class SpendRepository(SpendReader, Protocol):
    """What the sales of a store's members count for tiers."""

    def set_counted(self, member_id: str, sale: CountedSale) -> None:
        """Store what a sale counts for a tier set, replacing the present value, and what was counted again."""

    def recount(self, member_id: str, sale: CountedSale, *, by: int) -> None:
        """Store what a revision counts of a sale, beside the present value, until `use_recounts` or `set_counted`."""

    def use_recounts(self, member_id: str, *, by: int) -> None:
        """Replace what a member's sales count by what a revision counted again."""
