"""Liability: the points that a store owes its members at the end of a day, by wallet and month of earning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, assert_never, get_args

from loyalty.program.wallets import ONE, Points
from loyalty.store.members import NOTHING
from loyalty.store.points import TransferKind
from rules.numbers import CONTEXT

EARLIEST_DAY = date(1970, 1, 1)

Movement: TypeAlias = Literal["issued", "spent", "expired", "cancelled", "paid_debt", "transferred"]
"""How points became outstanding, or ceased to be."""

_KNOWN: Final = frozenset((None, *get_args(TransferKind)))

ADDING: Final[frozenset[Movement]] = frozenset(("issued", "transferred"))
"""Movements that add outstanding points, as positive figures; the figures of all others are what they removed."""


class InvalidLiabilityRequest(ValueError):
    """Liability cannot be computed as requested."""


class OutOfRange(InvalidLiabilityRequest):
    """A day that has not begun or is too long ago, or a rate that is not a share; `name` is the field."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class PeriodReversed(InvalidLiabilityRequest):
    """A period ends before it begins."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"the period ends before it begins: {first} is after {last}")


@dataclass(frozen=True, slots=True)
class LiabilityRequest:
    """A request: the end of a local day, the days (both included) whose movements are summed, and the breakage.

    `breakage` is the share of outstanding points that is expected never to be spent.
    """

    day: date
    first: date
    last: date
    breakage: Decimal = Decimal(0)

    @classmethod
    def of(
        cls, day: date | None, first: date | None, last: date | None, breakage: Decimal | None, *, today: date
    ) -> "LiabilityRequest":
        """Return the request, `today` in the store's time zone.

        Defaults: the day before today; movements until `day`, from the first of the month in which they end. Raise
        OutOfRange for days that have not begun or are too long ago, and for an invalid breakage rate, or
        PeriodReversed.
        """
        wanted = day or last or date.fromordinal(today.toordinal() - 1)
        until = last or wanted
        since = first or until.replace(day=1)
        for name, each in (("day", wanted), ("from", since), ("until", until)):
            if each > today:
                raise OutOfRange(name, f"{each} has not begun in the store's time zone: ask for {today} at the latest")
            if each < EARLIEST_DAY:
                raise OutOfRange(name, f"{each} is too long ago: ask for {EARLIEST_DAY} or a later day")
        if since > until:
            raise PeriodReversed(since, until)
        rate = Decimal(0) if breakage is None else breakage
        if not rate.is_finite() or not 0 <= rate <= 1:
            raise OutOfRange("breakage", "the breakage rate is the share of points that is never spent: from 0 to 1")
        return cls(wanted, since, until, rate)


@dataclass(frozen=True, slots=True)
class OutstandingSum:
    """The outstanding points of one wallet at the end of the day that were added in a month under a revision."""

    wallet: str
    month: date
    """The first day of the month."""
    revision: int
    active: Points
    pending: Points
    held: Points


@dataclass(frozen=True, slots=True)
class MovementSum:
    """Points of one wallet, added in one month, that one kind of movement changed, as `Figures` shows them."""

    wallet: str
    month: date
    movement: Movement
    points: Points

    @classmethod
    def of(cls, wallet: str, month: date, movement: Movement, change: int) -> "MovementSum":
        """Return a sum from its change of the outstanding points."""
        return cls(wallet, month, movement, Points(change if movement in ADDING else -change))


@dataclass(frozen=True, slots=True)
class Figures:
    """Points of one wallet: the opening balance plus all movements is the closing balance."""

    active: Points = NOTHING
    pending: Points = NOTHING
    held: Points = NOTHING
    issued: Points = NOTHING
    """Added by rules and by hand."""
    spent: Points = NOTHING
    expired: Points = NOTHING
    cancelled: Points = NOTHING
    """Taken because an award was cancelled."""
    paid_debt: Points = NOTHING
    """Taken to pay what members owed."""
    transferred: Points = NOTHING
    """Received from other members, less those sent: 0 over all months."""
    cost: Decimal | None = None
    """The cost of outstanding points, as it was when they were added; None: it is unknown for all of them."""
    uncosted: Points = NOTHING
    """Outstanding points of unknown cost."""

    @property
    def outstanding(self) -> Points:
        """All points that can be spent, now or later."""
        return Points(self.active + self.pending + self.held)

    def expected_cost(self, breakage: Decimal) -> Decimal | None:
        """Return the cost of the points that are expected to be spent."""
        return None if self.cost is None else CONTEXT.multiply(self.cost, 1 - breakage)

    def plus(self, other: "Figures") -> "Figures":
        """Return the sum with figures of the same wallet."""
        costs = [each.cost for each in (self, other) if each.cost is not None]
        return Figures(
            Points(self.active + other.active),
            Points(self.pending + other.pending),
            Points(self.held + other.held),
            Points(self.issued + other.issued),
            Points(self.spent + other.spent),
            Points(self.expired + other.expired),
            Points(self.cancelled + other.cancelled),
            Points(self.paid_debt + other.paid_debt),
            Points(self.transferred + other.transferred),
            sum(costs, Decimal(0)) if costs else None,
            Points(self.uncosted + other.uncosted),
        )


NO_FIGURES = Figures()


@dataclass(frozen=True, slots=True)
class WalletLiability:
    """The liability of one wallet. What members owe has no month of earning."""

    wallet: str
    owed: Points
    months: Mapping[date, Figures] = field(default_factory=dict)

    @property
    def total(self) -> Figures:
        """The sum of all months."""
        total = NO_FIGURES
        for each in self.months.values():
            total = total.plus(each)
        return total


@dataclass(frozen=True, slots=True)
class Liability:
    """The liability of a store, by wallet and month."""

    request: LiabilityRequest
    wallets: tuple[WalletLiability, ...]


Costs: TypeAlias = Mapping[tuple[int, str], Decimal]
"""The cost of one unit of a wallet under a revision, by revision number and wallet, where it has one."""


def liability(
    request: LiabilityRequest,
    outstanding: Iterable[OutstandingSum],
    movements: Iterable[MovementSum],
    owed: Mapping[str, Points],
    costs: Costs,
) -> Liability:
    """Return the liability for sums of the ledger; months without any figure are left out."""
    found: dict[tuple[str, date], Figures] = {}

    def add(wallet: str, month: date, figures: Figures) -> None:
        found[wallet, month] = found.get((wallet, month), NO_FIGURES).plus(figures)

    for left in outstanding:
        add(left.wallet, left.month, _costed(left, costs.get((left.revision, left.wallet))))
    for moved in movements:
        figure: dict[str, Any] = {moved.movement: moved.points}
        add(moved.wallet, moved.month, replace(NO_FIGURES, **figure))
    wallets: dict[str, dict[date, Figures]] = {wallet: {} for wallet, points in owed.items() if points}
    for wallet, month in sorted(found):
        if found[wallet, month] != NO_FIGURES:
            wallets.setdefault(wallet, {})[month] = found[wallet, month]
    return Liability(
        request,
        tuple(WalletLiability(name, owed.get(name, NOTHING), wallets[name]) for name in sorted(wallets)),
    )


def _costed(left: OutstandingSum, cost: Decimal | None) -> Figures:
    figures = Figures(left.active, left.pending, left.held)
    if cost is None:
        return replace(figures, uncosted=figures.outstanding)
    return replace(figures, cost=CONTEXT.multiply(CONTEXT.divide(Decimal(figures.outstanding), ONE), cost))


def movement_of_stored(kind: TransferKind, about: TransferKind | None) -> Movement | None:
    """Return the movement as `movement_of` does; None for kinds that this version does not know."""
    return movement_of(kind, about) if {kind, about} <= _KNOWN else None


def movement_of(kind: TransferKind, about: TransferKind | None) -> Movement | None:
    """Return the effect of a transfer on outstanding points; None: it has none.

    A cancellation reverses its transfer.
    """
    match kind:
        case "award" | "add":
            return "issued"
        case "deduct" | "spend" | "capture":
            return "spent"
        case "expire":
            return "expired"
        case "send" | "receive":
            return "transferred"
        case "settle":
            return "paid_debt"
        case "take_back":
            return "cancelled"
        case "activate" | "hold" | "release" | "merge_out" | "merge_in":
            return None
        case "cancel" | "return" if about is None or about in ("award", "add"):
            return "cancelled"
        case "cancel" | "return":
            return movement_of(about, None)
        case _:
            assert_never(kind)
