"""Rewards and their coupons."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from loyalty.calendar import Duration


@dataclass(frozen=True, slots=True)
class Coupon:
    """How the coupons of a reward are made."""

    prefix: str
    length: int
    value: Decimal
    value_type: Literal["money", "percentage"]
    valid: Duration | None
    """Counted from the issue; None: for ever."""


@dataclass(frozen=True, slots=True)
class Reward:
    name: str
    title: str
    coupon: Coupon | None
    """None: a reward without a code, such as a thing handed over."""
    cost: Decimal | None = None
    """What one costs the store, in money, where it says so."""

    @property
    def costs(self) -> Decimal | None:
        """What one costs as far as is known: a coupon of money costs its value."""
        if self.cost is None and self.coupon is not None and self.coupon.value_type == "money":
            return self.coupon.value
        return self.cost
