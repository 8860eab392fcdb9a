"""Wallets: units of points, and how amounts in them are rounded and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Final, Literal, NewType

from loyalty.calendar import Duration, Period
from loyalty.program.expiry import Expiry
from rules.numbers import CONTEXT

Points = NewType("Points", int)
"""An amount in millionths of a wallet's unit, whatever decimals the wallet shows."""

POINT_DECIMALS: Final = 6
"""The decimals in which points are stored; a wallet shows at most as many."""

ONE: Final = 10**POINT_DECIMALS
"""One unit of a wallet, in points."""

MAX_POINTS: Final = 9 * 10**18
"""The most of anything that is summed up: a part of a balance, a daily sum.

One more change still fits into 64 bits, so every database can add first and compare then.
"""

MAX_ADDED: Final = 2 * 10**17
"""The most that one event adds to a daily sum."""

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
"""The default grace period of points that are given back or booked late, if the wallet has none."""


@dataclass(frozen=True, slots=True)
class TransferLimit:
    """The most that a member may send to others in a calendar period: a number of transfers, or of points."""

    every: Period
    times: int | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Wallet:
    """A unit of points. `decimals` says how amounts are rounded and shown; stored are millionths of the unit."""

    code: str
    title: str
    default: bool
    decimals: int
    pending: Duration
    expires: Expiry
    cost: Decimal | None = None
    """The cost of one unit to the store, in money."""
    debt: Decimal | None = None
    """The most that a member may owe, in units, after a return or a cancelled award; None: unlimited, 0: nothing."""
    grace: Duration = GRACE
    """How long points live at least that a cancelled spend gives back, or that are booked late."""
    dated: Dating = "award"
    transfer_limits: tuple[TransferLimit, ...] = ()

    def points(self, amount: Decimal | int, rounding: Rounding = "down") -> Points:
        """Return an amount in units of the wallet as points, rounded to the wallet's decimals."""
        if isinstance(amount, int):
            return Points(amount * ONE)
        scaled = Decimal(amount).scaleb(self.decimals, CONTEXT)  # the default decimal context would cut long numbers
        return Points(int(scaled.to_integral_value(_ROUNDINGS[rounding])) * 10 ** (POINT_DECIMALS - self.decimals))

    def amount(self, points: int) -> Decimal | int:
        """Return points in units of the wallet, rounded down to its decimals."""
        unit = 10 ** (POINT_DECIMALS - self.decimals)
        shown = points // unit if points >= 0 else -(-points // unit)
        return Decimal(shown).scaleb(-self.decimals) if self.decimals else shown

    def can_hold(self, amount: Decimal | int) -> bool:
        """Return whether an amount has no more decimals than the wallet."""
        return Decimal(amount).scaleb(self.decimals, CONTEXT) % 1 == 0


def exact_amount(points: int) -> Decimal | int:
    """Return points in units with all decimals: for stored decisions, and wallets that are not known any more."""
    whole, rest = divmod(points, ONE)
    return whole if rest == 0 else Decimal(points).scaleb(-POINT_DECIMALS).normalize()


def to_points(amount: Decimal | int) -> Points:
    """Return an amount in units of at most six decimals as points, as `exact_amount` gave it."""
    return Points(int(Decimal(amount).scaleb(POINT_DECIMALS, CONTEXT)))
