"""Tiers, as program files say them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

TierBy = Literal["earned_points", "active_points"]


@dataclass(frozen=True, slots=True)
class Tier:
    name: str
    title: str
    start: Decimal
    """The amount of `tier_by` at which it begins."""
