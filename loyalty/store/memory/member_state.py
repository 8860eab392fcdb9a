"""The state of one member in an in-memory store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from loyalty.store.achievements import DailySum
from loyalty.store.limits import DailyUse
from loyalty.store.members import Balance, Member, TierReview
from loyalty.store.points import Allocation, Lot, Transfer
from loyalty.store.rewards import IssuedReward
from loyalty.store.tiers import CountedSale, TierHold, TierPlace


@dataclass(slots=True)
class MemberState:
    """Everything that belongs to one member."""

    member: Member
    """Without balances and badges, which change too often for a frozen value."""
    balances: dict[str, Balance] = field(default_factory=dict)
    badges: dict[str, int] = field(default_factory=dict)
    lots: dict[str, Lot] = field(default_factory=dict)
    daily_sums: dict[str, list[DailySum]] = field(default_factory=dict)
    """By achievement, oldest first."""
    completed: dict[str, int] = field(default_factory=dict)
    used: dict[str, dict[date, DailyUse]] = field(default_factory=dict)
    """Use of limits, by reactor and day."""
    issued: dict[str, IssuedReward] = field(default_factory=dict)
    """Issued rewards by id."""
    granted: dict[str, datetime] = field(default_factory=dict)
    """When each badge was first granted, if it was granted here."""
    keeps_history: bool = True
    """Whether operations may refer to earlier transfers: then these, their allocations and empty lots are kept."""
    transfers: dict[str, Transfer] = field(default_factory=dict)
    """By id, in order."""
    allocations: dict[str, Sequence[Allocation]] = field(default_factory=dict)
    """By transfer."""
    empty_lots: dict[str, Lot] = field(default_factory=dict)
    """Lots with nothing left."""
    review: TierReview | None = None
    """The last review of the tier."""
    tier_holds: dict[str, TierHold] = field(default_factory=dict)
    """Tiers by hand, by tier set."""
    tier_places: dict[str, TierPlace] = field(default_factory=dict)
    """The member's place in the tier sets beside the default one."""
    counted_sales: dict[tuple[str, str], CountedSale] = field(default_factory=dict)
    """What sales count for tiers, by event and tier set."""
    active: bool = True
    waits_for_activation: bool = False
    learned: str | None = None
    password_hash: str | None = None

    def copy(self) -> "MemberState":
        """Return a copy that can be changed without changing this one."""
        return MemberState(
            self.member,
            dict(self.balances),
            dict(self.badges),
            dict(self.lots),
            {name: list(sums) for name, sums in self.daily_sums.items()},
            dict(self.completed),
            {name: dict(days) for name, days in self.used.items()},
            dict(self.issued),
            dict(self.granted),
            self.keeps_history,
            dict(self.transfers),
            dict(self.allocations),
            dict(self.empty_lots),
            self.review,
            dict(self.tier_holds),
            dict(self.tier_places),
            dict(self.counted_sales),
            self.active,
            self.waits_for_activation,
            self.learned,
            self.password_hash,
        )

    @property
    def holdings(self) -> Iterator[str]:
        """Return the ids of the member's lots, issued rewards and transfers; some may occur twice."""
        return chain(self.lots, self.issued, self.transfers, self.empty_lots)
