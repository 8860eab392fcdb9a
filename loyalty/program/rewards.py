"""Rewards and their coupons."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from loyalty.calendar import Duration


@dataclass(frozen=True, slots=True)
class Coupon:
    """How the coupon codes of a reward are made, and what they are worth."""

    prefix: str
    length: int
    value: Decimal
    value_type: Literal["money", "percentage"]
    valid: Duration | None
    """Counted from the issue; None: without end."""


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward that reactors can issue."""

    name: str
    title: str
    coupon: Coupon | None
    """None: a reward without a code, such as an object."""
    cost: Decimal | None = None
    """The cost of one to the store, in money, if the file gives it."""

    @property
    def costs(self) -> Decimal | None:
        """The cost of one to the store, if known: a coupon of money costs its value."""
        if self.cost is None and self.coupon is not None and self.coupon.value_type == "money":
            return self.coupon.value
        return self.cost
