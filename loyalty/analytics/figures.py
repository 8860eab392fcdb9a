"""Figures by day, defined once: what a transfer adds to them, and what is computed from them.

Points count on the day of booking, in the store's calendar. So a later booking changes no past day, and an undo counts
on its own day: a cancelled spend reduces the spending of the day on which it was cancelled. Transactions count on the
day of purchase, returns on their own day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from loyalty.points.liability import ADDING, Movement, movement_of_stored
from loyalty.program.wallets import Points
from loyalty.store.members import Balance
from loyalty.store.points import TransferKind
from rules.numbers import CONTEXT

Stock: TypeAlias = Literal["active", "pending", "held", "owed"]
"""Points at the end of a day: the sum of the changes of all days until then."""

Total: TypeAlias = Literal["total_earned", "total_spent", "total_expired"]
"""What transfers add to the totals of accounts, less what was undone. Pending points count as earned."""

RewardFigure: TypeAlias = Literal["reward_issued", "reward_used", "reward_cancelled"]
"""Events in the life of a reward, each counted on its own day: a cancelled one stays issued on its day of issue."""

Figure: TypeAlias = Stock | Movement | Total | RewardFigure | Literal["expiring", "sales", "returns", "fired"]
"""What is counted: points for a wallet, `sales` and `returns` for the store, `fired` for a reactor or achievement.

`expiring` is what is left of the lots that expire on a day, which may be in the future.
"""

EarnedFigure: TypeAlias = Literal["active", "pending", "held"] | Movement
"""What is counted by the month in which points were added: the liability of that month."""

Outcome: TypeAlias = Literal["delivered", "refused", "unanswered"]
"""The result of an attempt to deliver a webhook: a 2xx, another status, or no answer. Counted by the hour."""

TOTAL_OF: Final[Mapping[Literal["earned", "spent", "expired"], Total]] = {
    "earned": "total_earned",
    "spent": "total_spent",
    "expired": "total_expired",
}
"""The total that belongs to each part of a balance."""
STOCKS: Final[tuple[Stock, ...]] = ("active", "pending", "held", "owed")
OUTSTANDING: Final[frozenset[EarnedFigure]] = frozenset(("active", "pending", "held"))
WHOLE_STORE: Final = ""
"""The name under which figures of the whole store are kept."""

Activity: TypeAlias = str
"""What members did on a day: `active`, `buyer`, `returner`, or the source that fired for them."""

ACTIVE: Final = "active"
"""A member who bought something, earned or spent points, or for whom something fired; not by others or the clock."""
BUYER: Final = "buyer"
RETURNER: Final = "returner"

_OWN: Final[frozenset[TransferKind]] = frozenset(("award", "deduct", "spend", "send"))


class Increment(NamedTuple):
    """What one row adds to a figure of its day. Amounts of points and money are in millionths."""

    figure: Figure
    name: str
    times: int
    amount: int


@dataclass(frozen=True, slots=True)
class CountedTransfer:
    """A transfer, reduced to what is counted; `about` is the kind of the transfer that it refers to."""

    kind: TransferKind
    about: TransferKind | None
    wallet: str
    change: Balance

    @property
    def increments(self) -> Iterator[Increment]:
        """Return what the transfer adds to figures; those of a day add up to the change in outstanding points."""
        for stock in STOCKS:
            if change := getattr(self.change, stock):
                yield Increment(stock, self.wallet, 0, change)
        yield from self.totals
        outstanding = self.change.active + self.change.pending + self.change.held
        movement = movement_of_stored(self.kind, self.about)
        if movement is None or not outstanding:
            return
        yield Increment(movement, self.wallet, 1, outstanding if movement in ADDING else -outstanding)

    @property
    def totals(self) -> Iterator[Increment]:
        """Return what the transfer adds to the totals of its account."""
        for part, total in TOTAL_OF.items():
            if change := getattr(self.change, part):
                yield Increment(total, self.wallet, 0, change)

    @property
    def is_own(self) -> bool:
        """Whether the transfer makes the member active."""
        return self.kind in _OWN


def outcome_of(status: int | None) -> Outcome:
    """Return the outcome of an attempt from the status of its response."""
    if not status:
        return "unanswered"
    return "delivered" if 200 <= status < 300 else "refused"


class Sum(NamedTuple):
    """A count, and the sum of the amounts counted, in millionths."""

    times: int = 0
    amount: int = 0

    def plus(self, times: int, amount: int) -> "Sum":
        """Return the sum with an increment added to both fields."""
        return Sum(self.times + times, self.amount + amount)


NO_SUM: Final = Sum()


@dataclass(slots=True)
class Sums:
    """Sums of figures over a range of days."""

    found: dict[tuple[Figure, str], Sum] = field(default_factory=dict)

    def add(self, figure: Figure, name: str, times: int, amount: int) -> None:
        """Add to one figure."""
        self.found[figure, name] = self.of(figure, name).plus(times, amount)

    def of(self, figure: Figure, name: str = WHOLE_STORE) -> Sum:
        """Return the sum of a figure."""
        return self.found.get((figure, name), NO_SUM)

    def points(self, figure: Figure, wallet: str) -> Points:
        """Return the points of a figure of a wallet."""
        return Points(self.of(figure, wallet).amount)


@dataclass(frozen=True, slots=True)
class WalletFigures:
    """Points of one wallet: the stock at the end of the days, and the movements on them."""

    active: Points
    pending: Points
    held: Points
    issued: Points
    spent: Points
    expired: Points

    @classmethod
    def of(cls, wallet: str, within: Sums, until_then: Sums) -> "WalletFigures":
        """Read the figures from the sums of the days, and from the sums of all days until their end."""
        return cls(
            *(until_then.points(stock, wallet) for stock in ("active", "pending", "held")),
            *(within.points(movement, wallet) for movement in ("issued", "spent", "expired")),
        )

    @property
    def outstanding(self) -> Points:
        """All points that can be spent, now or later."""
        return Points(self.active + self.pending + self.held)

    @property
    def redemption_rate(self) -> Decimal:
        """The share of the issued points that were spent; 0 if none were issued."""
        return share(self.spent, self.issued)

    @property
    def breakage_rate(self) -> Decimal:
        """The share of the issued points that expired; 0 if none were issued."""
        return share(self.expired, self.issued)


def share(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """Return a part divided by a whole, rounded to four decimals; 0 if the whole is 0."""
    if not whole:
        return Decimal(0)
    return CONTEXT.divide(Decimal(part), Decimal(whole)).quantize(Decimal("0.0001")).normalize() + 0
