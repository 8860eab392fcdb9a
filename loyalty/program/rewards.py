"""Rewards and their coupons: price, eligibility, dates of sale and of use."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

from loyalty.calendar import Duration, Period
from loyalty.program.logic import Logic

CouponCodes: TypeAlias = Literal["generated", "uploaded"]
ValueType: TypeAlias = Literal["money", "percentage"]
RewardKind: TypeAlias = Literal["static_coupon", "dynamic_coupon", "conversion_coupon", "material"]
Progress: TypeAlias = Literal[
    "pending", "approved", "packing", "awaiting_shipping", "shipped", "completed", "returned", "rejected"
]
"""The progress of handing over an issued reward; administrators update it."""

PurchaseRefusal: TypeAlias = Literal[
    "not_for_sale",
    "not_on_sale_yet",
    "no_longer_on_sale",
    "not_eligible",
    "limit_reached",
    "sold_out",
    "other_price",
    "not_enough_points",
]
"""Why a purchase is refused, as designers' tests name it."""

PROGRESS: Final[tuple[Progress, ...]] = get_args(Progress)


@dataclass(frozen=True, slots=True)
class SharedCode:
    """One code shared by many members: at most `uses` members have it at once, each at most `each` times."""

    code: str
    uses: int
    each: int = 1


@dataclass(frozen=True, slots=True)
class Coupon:
    """The coupon of a reward: where its codes come from, its value, and when it can be used."""

    prefix: str
    length: int
    value: Decimal | Logic
    """A rule that reads `member`, `points` (what was paid) and `now`; of a reward without a price also `event`."""
    value_type: ValueType
    valid: Duration | None
    """Counted from when it can be used; None: unlimited, unless there is `until`."""
    codes: CouponCodes = "generated"
    shared: SharedCode | None = None
    begins: Duration | None = None
    """How long after its issue it can be used; None: at once."""
    start: datetime | None = None
    """Before that, no coupon can be used."""
    until: datetime | None = None
    """From then on, none can be used any more."""
    decimals: int = 2
    """To so many decimals a value that a rule gives is rounded down."""

    @property
    def fixed_value(self) -> Decimal | None:
        """The value of every coupon; None: a rule computes it."""
        return self.value if isinstance(self.value, Decimal) else None

    def usable(self, issued_at: datetime, zone: tzinfo) -> tuple[datetime, datetime | None]:
        """Return from when until when a coupon issued at a moment can be used."""
        begins = issued_at if self.begins is None else self.begins.after(issued_at, zone)
        if self.start is not None:
            begins = max(begins, self.start)
        ends = [] if self.until is None else [self.until]
        if self.valid is not None:
            ends.append(self.valid.after(begins, zone))
        return begins, min(ends, default=None)

    def ended_at(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return when a coupon that is issued now would have ended; None: it can be used."""
        _, ends = self.usable(now, zone)
        return ends if ends is not None and ends <= now else None


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a reward in points of a wallet: `least`, or what the member chooses above it, in steps."""

    wallet: str
    least: Decimal
    step: Decimal | None = None
    """None: it costs exactly `least`."""

    def takes(self, amount: Decimal | int) -> bool:
        """Return whether a member can pay this amount."""
        more = Decimal(amount) - self.least
        return more == 0 if self.step is None else more >= 0 and more % self.step == 0


@dataclass(frozen=True, slots=True)
class Span:
    """A span from an instant until another, exclusive; None: unbounded."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Return whether a moment lies in the span."""
        return not self.is_before(moment) and not self.is_over(moment)

    def is_before(self, moment: datetime) -> bool:
        """Return whether it has not begun at a moment."""
        return self.start is not None and moment < self.start

    def is_over(self, moment: datetime) -> bool:
        """Return whether it has ended at a moment."""
        return self.end is not None and moment >= self.end


ALWAYS: Final = Span()


@dataclass(frozen=True, slots=True)
class PurchaseLimit:
    """At most a number of purchases of a reward in a calendar period."""

    per: Literal["member", "program"]
    every: Period
    times: int


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward that reactors and administrators can issue, and that members can buy if it has a price."""

    name: str
    title: str
    coupon: Coupon | None
    """None: a reward without a code, such as an object."""
    cost: Decimal | None = None
    """The cost of one to the store, in money, if the file declares it."""
    description: str = ""
    categories: tuple[str, ...] = ()
    price: Price | None = None
    """None: it is not for sale."""
    eligible: Logic | None = None
    """The rule that says who may buy it; None: every member. It reads `member` and `now`."""
    shown: Span = ALWAYS
    sold: Span = ALWAYS
    limits: tuple[PurchaseLimit, ...] = ()
    statuses: tuple[Progress, ...] = PROGRESS
    """The statuses to which an issued reward can be moved."""

    @property
    def costs(self) -> Decimal | None:
        """The cost of one to the store, if known: a coupon of money costs its value."""
        if self.cost is None and self.coupon is not None and self.coupon.value_type == "money":
            return self.coupon.fixed_value
        return self.cost

    @property
    def kind(self) -> RewardKind:
        """The kind of the reward in the API and in messages.

        A coupon is `conversion_coupon` if its value follows from what the member pays, `static_coupon` if its code is
        shared by many or comes from a list, else `dynamic_coupon`.
        """
        if self.coupon is None:
            return "material"
        if self.price is not None and self.price.step is not None:
            return "conversion_coupon"
        if self.coupon.shared is not None or self.coupon.codes == "uploaded":
            return "static_coupon"
        return "dynamic_coupon"

    def logics(self) -> Iterator[Logic]:
        """Yield the rules of the reward."""
        if self.eligible is not None:
            yield self.eligible
        if self.coupon is not None and isinstance(self.coupon.value, Logic):
            yield self.coupon.value
