"""Figures by day, one definition each: what a transfer adds to them, and what is computed from them.

Points go by the day of booking, on the calendar of the store. So what is booked later changes no past day, and an
undoing counts on the day of the undoing: a cancelled spend lowers what was spent on that day. Transactions go by the
day of purchase, and a return by its own.
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
"""Points that are there at the end of a day: the sum of the changes of all days until then."""

Total: TypeAlias = Literal["total_earned", "total_spent", "total_expired"]
"""What transfers add to the totals of accounts, less what was undone. Pending points are earned, too."""

RewardFigure: TypeAlias = Literal["reward_issued", "reward_used", "reward_cancelled"]
"""What became of rewards, each by its own moment: one that is cancelled stays issued on the day on which it was."""

Figure: TypeAlias = Stock | Movement | Total | RewardFigure | Literal["expiring", "sales", "returns", "fired"]
"""What is counted. Points are of a wallet; `sales` and `returns` of the store; `fired` of a reactor or achievement.

`expiring` is what is left of the lots that expire on a day, also one to come.
"""

EarnedFigure: TypeAlias = Literal["active", "pending", "held"] | Movement
"""What is counted by the month in which points were added: their liability."""

Outcome: TypeAlias = Literal["delivered", "refused", "unanswered"]
"""What came of an attempt to deliver a webhook: a 2xx, another answer, or none. It is counted by the hour."""

TOTAL_OF: Final[Mapping[Literal["earned", "spent", "expired"], Total]] = {
    "earned": "total_earned",
    "spent": "total_spent",
    "expired": "total_expired",
}
"""The total by the part of a balance that it is."""
STOCKS: Final[tuple[Stock, ...]] = ("active", "pending", "held", "owed")
OUTSTANDING: Final[frozenset[EarnedFigure]] = frozenset(("active", "pending", "held"))
WHOLE_STORE: Final = ""
"""The name of figures that are of the store itself."""

Activity: TypeAlias = str
"""What members did on a day: `active`, `buyer`, `returner`, or the source of what fired for them."""

ACTIVE: Final = "active"
"""Bought something, or earned or spent points, or something fired for them: not what others or the clock did."""
BUYER: Final = "buyer"
RETURNER: Final = "returner"

_OWN: Final[frozenset[TransferKind]] = frozenset(("award", "deduct", "spend", "send"))


class Increment(NamedTuple):
    """What one row adds to a figure of its day. Amounts of points and of money are in millionths."""

    figure: Figure
    name: str
    times: int
    amount: int


@dataclass(frozen=True, slots=True)
class CountedTransfer:
    """What is counted of a transfer; `about` is the kind of the transfer that it is about."""

    kind: TransferKind
    about: TransferKind | None
    wallet: str
    change: Balance

    @property
    def increments(self) -> Iterator[Increment]:
        """What it adds to figures. All movements of a day are together what is outstanding more at its end."""
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
        """What it adds to the totals of its account."""
        for part, total in TOTAL_OF.items():
            if change := getattr(self.change, part):
                yield Increment(total, self.wallet, 0, change)

    @property
    def is_own(self) -> bool:
        """Whether the member was active by it."""
        return self.kind in _OWN


def outcome_of(status: int | None) -> Outcome:
    """Return what an attempt came to, by the status of its answer."""
    if not status:
        return "unanswered"
    return "delivered" if 200 <= status < 300 else "refused"


class Sum(NamedTuple):
    """How often something was counted, and the amount of it in millionths."""

    times: int = 0
    amount: int = 0

    def plus(self, times: int, amount: int) -> "Sum":
        """Add to both."""
        return Sum(self.times + times, self.amount + amount)


NO_SUM: Final = Sum()


@dataclass(slots=True)
class Sums:
    """Sums of figures over some days."""

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
    """Points of one wallet: what is there at the end of the days, and what was moved on them."""

    active: Points
    pending: Points
    held: Points
    issued: Points
    spent: Points
    expired: Points

    @classmethod
    def of(cls, wallet: str, within: Sums, until_then: Sums) -> "WalletFigures":
        """Read them from the sums of the days, and from those of all days until their end."""
        return cls(
            *(until_then.points(stock, wallet) for stock in ("active", "pending", "held")),
            *(within.points(movement, wallet) for movement in ("issued", "spent", "expired")),
        )

    @property
    def outstanding(self) -> Points:
        """All points that can still be spent, now or later."""
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
    """Return a part of a whole, to four decimals; 0 of nothing."""
    if not whole:
        return Decimal(0)
    return CONTEXT.divide(Decimal(part), Decimal(whole)).quantize(Decimal("0.0001")).normalize() + 0
