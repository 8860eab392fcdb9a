"""Figures of a store as responses show them."""

from typing import Annotated, NotRequired, TypeAlias

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from api.http.responses import ExactNumber, Id, Instant, Total

Day: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Month: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$"})]


class LiabilityFigures(TypedDict):
    """Points in units of the wallet: outstanding at the end of the day, and moved in the period.

    `outstanding` is the sum of `active`, `pending` and `held`. `cost` is in money, as of the award; `expectedCost` is
    without the breakage. Both are absent where no point has a known cost; `uncosted` are points without one.
    """

    outstanding: ExactNumber
    active: ExactNumber
    pending: ExactNumber
    held: ExactNumber
    issued: ExactNumber
    spent: ExactNumber
    expired: ExactNumber
    cancelled: ExactNumber
    paidDebt: ExactNumber
    transferred: ExactNumber
    uncosted: ExactNumber
    cost: NotRequired[ExactNumber]
    expectedCost: NotRequired[ExactNumber]


class MonthOfLiability(LiabilityFigures):
    """The figures of the points that were earned in one month."""

    month: Month


class WalletLiability(LiabilityFigures):
    """The figures of one wallet, in all and by month of earning; `owed` is what members owe after returns."""

    wallet: str
    owed: ExactNumber
    months: list[MonthOfLiability]


LiabilityReport = TypedDict(
    "LiabilityReport",
    {"day": Day, "from": Day, "until": Day, "breakage": ExactNumber, "wallets": list[WalletLiability]},
)
"""What a store owes its members in points at the end of a day; movements from `from` to `until`, both included."""

ByDay: TypeAlias = dict[str, ExactNumber]
"""A figure by the first day of each interval."""


class GeneralHeader(TypedDict):
    """Members and transactions of the whole period. Revenue and returns are in money, each on its own day.

    `activeMembers` bought something, earned or spent points, or something fired for them. Averages by member are over
    those with a sale, or a return.
    """

    registeredMembers: int
    activeMembers: int
    revenue: ExactNumber
    avgSpending: ExactNumber
    transactions: int
    avgTransactionValue: ExactNumber
    avgNumberOfTransactions: ExactNumber
    returnTransactions: int
    totalReturns: ExactNumber
    avgReturnValue: ExactNumber
    avgNumberOfReturnTransactions: ExactNumber


class _Overview(TypedDict):
    """`comparativePeriodData`: the same for the preceding period of as many days."""

    intervalStartDate: Instant
    intervalEndDate: Instant
    aggregationType: str
    dataType: str
    data: ByDay


class GeneralOverview(_Overview):
    """Members and transactions of a range of days."""

    header: GeneralHeader
    comparativePeriodData: ByDay


class UnitsHeader(TypedDict):
    """Points of a wallet: moved in the whole period, and there at its end. Rates are shares of what was issued."""

    unitsIssued: ExactNumber
    unitsSpent: ExactNumber
    unitsExpired: ExactNumber
    unitsPending: ExactNumber
    unitsActive: ExactNumber
    redemptionRate: ExactNumber
    breakageRate: ExactNumber


class UnitsOverview(_Overview):
    """Points of one wallet on a range of days."""

    walletTypeCode: str
    header: UnitsHeader


class CampaignHeader(TypedDict):
    """How often the campaign fired in the whole period, and for how many distinct members."""

    totalEngagement: int
    engagedMembers: int


class CampaignOverview(_Overview):
    """The firings of one campaign on a range of days."""

    campaignId: Id
    header: CampaignHeader
    comparativePeriodData: ByDay


class Intervals(TypedDict):
    """Counts of the last days; today is the last of them."""

    in_1_days: int
    in_7_days: int
    in_30_days: int
    in_365_days: int


class MemberTotals(TypedDict):
    """The number of members, and of those who registered on the last days."""

    intervals: list[Intervals]
    total: int


class PointTotals(TypedDict):
    """Points of one wallet."""

    walletTypeCode: str
    totalPointsActive: ExactNumber
    totalPointsSpent: ExactNumber
    totalPointsAdded: ExactNumber
    totalPointsExpired: ExactNumber
    totalPointsPending: ExactNumber


class TransactionTotals(TypedDict):
    """The number of sales, and of those on the last days. `currency` is absent where the store has none."""

    countIntervals: Intervals
    total: int
    amount: ExactNumber
    amountWithoutDeliveryCosts: ExactNumber
    currency: NotRequired[str]


class ReferralTotals(TypedDict):
    """Members with a referrer."""

    total: int


class TierTotal(TypedDict):
    """A tier, and how many members are in it."""

    levelId: Id
    name: str
    conditionValue: ExactNumber
    store: str
    customers: int


class TierTotals(TypedDict):
    """The tiers of the program."""

    items: list[TierTotal]
    total: int


class CampaignTotal(TypedDict):
    """A campaign, and how often it fired."""

    campaignId: Id
    name: str
    executions: int


class CampaignTotals(TypedDict):
    """A page of campaigns."""

    items: list[CampaignTotal]
    total: Total


PointsOfInterval = TypedDict(
    "PointsOfInterval",
    {
        "from": Day,
        "until": Day,
        "issued": ExactNumber,
        "spent": ExactNumber,
        "expired": ExactNumber,
        "outstanding": ExactNumber,
    },
)
"""Points of a wallet that were moved on the days `from` to `until`, and those outstanding at their end."""

ExpiringOfWeek = TypedDict("ExpiringOfWeek", {"from": Day, "until": Day, "points": ExactNumber})
"""Points that expire on the days `from` to `until`."""

BalanceOfInterval = TypedDict("BalanceOfInterval", {"from": Day, "until": Day, "balance": ExactNumber})
"""What a member could spend at the end of the days `from` to `until`, less what they owed."""


class _Series(TypedDict):
    """The requested period."""

    intervalStartDate: Instant
    intervalEndDate: Instant
    aggregationType: str
    walletTypeCode: str


class PointsSeries(_Series):
    """Points of a wallet over time."""

    items: list[PointsOfInterval]


class BalanceSeries(_Series):
    """The balance of a member over time."""

    customerId: Id
    items: list[BalanceOfInterval]


class ExpiringSeries(TypedDict):
    """What expires in the coming weeks."""

    walletTypeCode: str
    items: list[ExpiringOfWeek]


RewardsOfInterval = TypedDict(
    "RewardsOfInterval", {"from": Day, "until": Day, "issued": int, "used": int, "cancelled": int}
)
"""Rewards that were issued, used and cancelled on the days `from` to `until`, each on its own day."""


class RewardSeries(TypedDict):
    """Rewards over time."""

    intervalStartDate: Instant
    intervalEndDate: Instant
    aggregationType: str
    items: list[RewardsOfInterval]


AttemptsOfInterval = TypedDict(
    "AttemptsOfInterval",
    {
        "from": Instant,
        "until": Instant,
        "delivered": int,
        "refused": int,
        "unanswered": int,
        "averageLatencyMs": int | None,
    },
)
"""Attempts from one moment to before another: answered by 2xx, by another status, or not; null: there are none."""


class DeliverySeries(TypedDict):
    """Attempts to deliver webhooks over time."""

    intervalStartDate: Instant
    intervalEndDate: Instant
    aggregationType: str
    items: list[AttemptsOfInterval]
