"""Overviews of a range of days: members and transactions, the points of one wallet, what a reactor fired."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from loyalty.analytics.figures import Sum, WalletFigures
from rules.numbers import CONTEXT

_CENT = Decimal("0.01")

GeneralType: TypeAlias = Literal[
    "registeredMembers",
    "activeMembers",
    "revenue",
    "avgSpending",
    "transactions",
    "avgTransactionValue",
    "avgNumberOfTransactions",
    "returnTransactions",
    "totalReturns",
    "avgReturnValue",
    "avgNumberOfReturnTransactions",
]

UnitsType: TypeAlias = Literal[
    "unitsIssued", "unitsSpent", "unitsExpired", "unitsPending", "unitsActive", "redemptionRate", "breakageRate"
]

EngagementType: TypeAlias = Literal["totalEngagement", "engagedMembers"]


@dataclass(frozen=True, slots=True)
class General:
    """Members and transactions of a range of days. Amounts are in millionths; returns are not subtracted from sales."""

    registered: int
    active: int
    """Distinct members who bought something, earned or spent points, or for whom something fired."""
    buyers: int
    """Distinct members with a sale."""
    returners: int
    """Distinct members with a return."""
    sales: Sum
    returns: Sum

    def value(self, data_type: GeneralType) -> int | Decimal:
        """Return one figure. Averages per member are over members with a sale, or a return; 0 if there are none."""
        match data_type:
            case "registeredMembers":
                return self.registered
            case "activeMembers":
                return self.active
            case "revenue":
                return _money(self.sales.amount)
            case "avgSpending":
                return _average(_money(self.sales.amount), self.buyers)
            case "transactions":
                return self.sales.times
            case "avgTransactionValue":
                return _average(_money(self.sales.amount), self.sales.times)
            case "avgNumberOfTransactions":
                return _average(self.sales.times, self.buyers)
            case _:
                return self._of_returns(data_type)

    def _of_returns(
        self,
        data_type: Literal["returnTransactions", "totalReturns", "avgReturnValue", "avgNumberOfReturnTransactions"],
    ) -> int | Decimal:
        match data_type:
            case "returnTransactions":
                return self.returns.times
            case "totalReturns":
                return _money(self.returns.amount)
            case "avgReturnValue":
                return _average(_money(self.returns.amount), self.returns.times)
            case "avgNumberOfReturnTransactions":
                return _average(self.returns.times, self.returners)
            case _:
                assert_never(data_type)


def units(found: WalletFigures, data_type: UnitsType) -> int | Decimal:
    """Return one figure of a wallet: points in millionths of its unit, rates as shares."""
    match data_type:
        case "unitsIssued":
            return found.issued
        case "unitsSpent":
            return found.spent
        case "unitsExpired":
            return found.expired
        case "unitsPending":
            return found.pending
        case "unitsActive":
            return found.active
        case "redemptionRate":
            return found.redemption_rate
        case "breakageRate":
            return found.breakage_rate
        case _:
            assert_never(data_type)


def _money(millionths: int) -> Decimal:
    return CONTEXT.divide(Decimal(millionths), Decimal(1_000_000))


def _average(amount: Decimal | int, count: int) -> Decimal:
    """Return an amount divided by a count, to the cent."""
    if not count:
        return Decimal(0)
    return CONTEXT.divide(Decimal(amount), Decimal(count)).quantize(_CENT)
