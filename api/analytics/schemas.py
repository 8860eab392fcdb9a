"""Figures of a store as answers show them."""

from typing import Annotated, NotRequired, TypeAlias

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from api.http.responses import ExactNumber

Day: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Month: TypeAlias = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$"})]


class LiabilityFigures(TypedDict):
    """Points in units of the wallet: what is outstanding at the end of the day, and what was moved in the period.

    `outstanding` is the sum of `active`, `pending` and `held`. `cost` is in money, as at the award; `expectedCost` is
    without the breakage. Both are left out where the cost of no point is known; `uncosted` are points without one.
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
