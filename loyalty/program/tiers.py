"""Tiers, as program files say them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

TierBy = Literal["earned_points", "active_points", "spent_points"]
TierFall = Literal["to_reached", "one_step"]


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of members."""

    name: str
    title: str
    start: Decimal
    """The amount of `tier_by` from which a member reaches it."""
