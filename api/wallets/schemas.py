"""Wallets and wallet types as responses show them."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from api.http.responses import ExactNumber, Id, Instant, JsonObject, Total

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
    """A wallet with when its points expire and become active, as far as the documented fields can express it.

    `decimals` is the number of decimals of its amounts.
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


class WalletTypeBasics(TypedDict):
    """A wallet of the program, in short."""

    walletTypeId: Id
    code: str
    name: str
    unitSingularName: str
    unitPluralName: str
    active: bool
    isDefault: bool


class WalletAccount(TypedDict):
    """The balance of a wallet: `activeUnits` less open debt, which may be negative; `lockedUnits` are pending.

    `blockedUnits` are held; `transferredUnits` were sent to other members.
    """

    activeUnits: ExactNumber
    earnedUnits: ExactNumber
    spentUnits: ExactNumber
    expiredUnits: ExactNumber
    lockedUnits: ExactNumber
    blockedUnits: ExactNumber
    transferredUnits: ExactNumber


class Wallet(TypedDict):
    """A member's wallet."""

    walletId: Id
    customerId: Id
    walletType: WalletTypeBasics
    createdAt: Instant
    account: WalletAccount
