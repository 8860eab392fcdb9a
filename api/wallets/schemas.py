"""Wallet types as answers show them."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, JsonObject, Total

ExpiryRule = Literal[
    "all_time_active",
    "after_x_days",
    "at_the_end_of_the_month",
    "at_the_end_of_the_x_th_year",
    "at_the_end_of_the_chosen_date",
]


class WalletType(TypedDict):
    """A wallet of the program. Laurel has no limits of wallets: those of reactors are in program files."""

    walletTypeId: Id
    code: str
    name: str
    unitSingularName: str
    unitPluralName: str
    active: bool
    isDefault: bool
    createdAt: Instant
    limits: JsonObject
    allowNegativeBalance: bool


class WalletTypeDetails(WalletType):
    """A wallet with when its points expire and become active, as far as the documented fields can say it.

    `decimals` says how many its amounts have.
    """

    translations: JsonObject
    decimals: int
    allTimeNotLocked: bool
    unitDaysLocked: NotRequired[int]
    unitDaysExpiryAfter: NotRequired[ExpiryRule]
    unitDaysActiveCount: NotRequired[int]
    unitYearsActiveCount: NotRequired[int]
    unitExpiryDate: NotRequired[str]


class WalletTypes(TypedDict):
    """A page of wallet types."""

    items: list[WalletType]
    total: Total
