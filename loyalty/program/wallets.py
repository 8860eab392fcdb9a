"""Wallets: units of points, and how amounts in them are rounded and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal, NewType

from loyalty.calendar import Duration, Period
from loyalty.program.expiry import Expiry
from rules.numbers import CONTEXT

Points = NewType("Points", int)
"""An amount in a wallet's smallest unit."""


Rounding = Literal["down", "up", "half_up", "half_even"]

Dating = Literal["award", "event"]
"""What the dates of points count from: the moment they are booked, or the time of the event that gave them."""


_ROUNDINGS: Mapping[Rounding, str] = {
    "down": ROUND_FLOOR,
    "up": ROUND_CEILING,
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
}


GRACE = Duration(days=30)
"""How long points live at least that are given back, or booked late, if the wallet does not say it."""


@dataclass(frozen=True, slots=True)
class TransferLimit:
    """The most that a member may send to others in a calendar period: so many transfers, or so many points."""

    every: Period
    times: int | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Wallet:
    """A unit of points. People see decimal amounts; inside, points are whole numbers of the smallest unit."""

    code: str
    title: str
    default: bool
    decimals: int
    pending: Duration
    expires: Expiry
    cost: Decimal | None = None
    """The cost of one unit to the store, in money."""
    debt: Decimal | None = None
    """The most that a member may owe, in units, after a return or a cancelled award; None: any amount, 0: nothing."""
    grace: Duration = GRACE
    """How long points live at least that a cancelled spend gives back, or that are booked late."""
    dated: Dating = "award"
    transfer_limits: tuple[TransferLimit, ...] = ()

    def points(self, amount: Decimal | int, rounding: Rounding = "down") -> Points:
        """Return an amount in the smallest unit, rounded."""
        if isinstance(amount, int) and not self.decimals:
            return Points(amount)
        scaled = Decimal(amount).scaleb(self.decimals, CONTEXT)  # Python's own context would cut long numbers
        return Points(int(scaled.to_integral_value(_ROUNDINGS[rounding])))

    def amount(self, points: int) -> Decimal | int:
        """Return points in units of the wallet."""
        return Decimal(points).scaleb(-self.decimals) if self.decimals else points
