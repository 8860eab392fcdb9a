"""Tiers and tier sets, as program files declare them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from loyalty.program.expiry import Anniversary, Expiry, Never
from loyalty.program.logic import Logic
from loyalty.program.wallets import Wallet

TierBy = Literal["earned_points", "active_points", "spent_points", "spend", "membership_months"]
TierFall = Literal["to_reached", "one_step"]
TierReviewRule: TypeAlias = Expiry | Anniversary
"""When a tier is reviewed, counted from the start of its period."""

DEFAULT_SET: Final = "default"
"""The name of the tier set of `member.tier`: the `tiers` of program.yaml."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of members."""

    name: str
    title: str
    start: Decimal
    """The amount of `tier_by` from which a member reaches it."""


@dataclass(frozen=True, slots=True)
class TierSet:
    """A set of tiers, from the lowest; a member is in at most one. Also how they are reached, kept and lost."""

    name: str
    title: str
    tiers: Sequence[Tier]
    by: TierBy
    wallet: Wallet
    """The wallet whose points count, if points do."""
    review: TierReviewRule = Never()  # noqa: RUF009 - it is frozen
    fall: TierFall = "to_reached"
    spend: Logic | None = None
    """What counts of a transaction, if spend does; None: the amount paid."""
    spend_text: str = ""
    """That rule as JSON."""

    @property
    def is_default(self) -> bool:
        """Whether `member.tier` is of this set."""
        return self.name == DEFAULT_SET

    @property
    def is_reviewed(self) -> bool:
        """Whether its tiers are reviewed, and can be lost."""
        return bool(self.tiers) and not isinstance(self.review, Never)

    @property
    def begins_at_nothing(self) -> bool:
        """Whether everybody is in one of its tiers."""
        return bool(self.tiers) and self.tiers[0].start == 0

    def can_lose(self, name: str | None) -> bool:
        """Return whether a review may move a member out of the tier of this name: it is of the set, and not the lowest.

        None: the member is in none.
        """
        return any(tier.name == name for tier in self.tiers[1:])

    def tier_at(self, amount: Decimal | int) -> Tier | None:
        """Return the highest tier that an amount reaches; None: it reaches none."""
        for tier in reversed(self.tiers):
            if tier.start <= amount:
                return tier
        return None

    def named(self, name: str | None) -> Tier | None:
        """Return the tier of this name, if the set has it."""
        return next((tier for tier in self.tiers if tier.name == name), None)
