"""Rewards: request bodies and responses."""

from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from api.http.requests import RequestModel, exact_number
from api.http.responses import ExactNumber, Id, Instant, Listed, Total, UnreadableItem
from loyalty.program.rewards import RewardKind, ValueType
from loyalty.rewards.operations import MAX_QUANTITY
from loyalty.rewards.stocking import MAX_CODE_LENGTH, MAX_CODES, MAX_STOCK


def _exact(value: Any) -> Decimal:
    return Decimal(exact_number(value))


Number = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})]
Whole = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]


class PostBuy(RequestModel):
    """A purchase, without an enclosing object.

    `units`: what the member chooses to pay for one, where the reward allows it. `withoutPoints`: an administrator gives
    it. Administrators may also set the value of a coupon (`couponValue`), and until when it can be used (`dateValid`).
    """

    customer_id: str | None = Field(default=None, min_length=1, max_length=300)
    quantity: Whole = 1
    without_points: bool = False
    units: Number | None = None
    coupon_value: Number | None = None
    date_valid: str | None = Field(default=None, max_length=64)
    reward_wallet_code: str | None = Field(default=None, min_length=1, max_length=255)


class PostCoupons(RequestModel):
    """Codes for the list of a reward."""

    coupons: list[Annotated[str, Field(max_length=MAX_CODE_LENGTH)]] = Field(min_length=1, max_length=MAX_CODES)


class PutStock(RequestModel):
    """How many are left; null: unlimited."""

    stock: Annotated[int, Field(ge=0, le=MAX_STOCK)] | None


class IssuedRewardId(TypedDict):
    issuedRewardId: Id


Span = TypedDict("Span", {"allTime": bool, "from": NotRequired[Instant], "to": NotRequired[Instant]})


class Translation(TypedDict):
    """A title in one language."""

    name: str
    id: int
    locale: str


class UsageLimit(TypedDict):
    """How many there are in all, and for each member; -1: unlimited."""

    general: ExactNumber
    perUser: ExactNumber


class CouponGenerator(TypedDict):
    """How codes are made."""

    length: int
    characterSet: str
    prefix: str


class UnitsConversion(TypedDict):
    """How many points one unit of a coupon's value costs."""

    ratio: ExactNumber
    rounding: str


class PurchaseLimit(TypedDict):
    """At most a number of purchases in a calendar period."""

    per: str
    every: str
    times: int


class Refused(TypedDict):
    """Why a member may not buy a reward now."""

    code: str
    message: str


class Reward(TypedDict):
    """A reward of the program in the documented fields, and its supply."""

    rewardId: Id
    reward: RewardKind
    name: str
    code: str
    shortDescription: str
    levels: list[Id]
    segments: list[Id]
    categories: list[Id]
    brandIcon: bool
    target: Literal["level", "segment"]
    active: bool
    costInPoints: ExactNumber | None
    sourceWalletTypeCode: str | None
    activity: Span
    visibility: Span
    labels: list[dict[str, str]]
    featured: bool
    public: bool
    photos: list[dict[str, str]]
    createdAt: Instant
    usageLimit: UsageLimit
    limits: list[PurchaseLimit]
    stock: int | None
    usageLeft: int | None
    notIssuedCoupons: NotRequired[int]
    fulfillmentTracking: bool
    canBeBoughtByCustomer: bool
    translations: list[Translation]
    couponGenerator: NotRequired[CouponGenerator]
    couponValue: NotRequired[ExactNumber]
    couponValueType: NotRequired[ValueType]
    unitsConversion: NotRequired[UnitsConversion]
    segmentNames: dict[str, str]
    levelNames: dict[str, str]
    categoryNames: dict[str, str]


class MemberReward(Reward):
    """A reward as one member sees it: whether they may buy it now, and if not, why."""

    available: bool
    reason: Refused | None
    usageLeftForCustomer: int | None


class Rewards(TypedDict):
    """A page of rewards."""

    items: list[Reward]
    total: Total


class MemberRewards(TypedDict):
    """A page of rewards as one member sees them."""

    items: list[MemberReward]
    total: Total


class RewardCategory(TypedDict):
    """A category of rewards."""

    rewardCategoryId: Id
    name: str
    active: bool
    sortOrder: int
    translations: list[Translation]


class RewardCategories(TypedDict):
    """A page of categories."""

    items: list[RewardCategory]
    total: Total


class Coupon(TypedDict):
    """An uploaded code."""

    code: str
    issued: bool
    issuedRewardId: Id | None
    createdAt: Instant


class Coupons(Listed):
    """A page of uploaded codes."""

    items: list[Coupon | UnreadableItem]


class CouponHolder(TypedDict):
    """A member who was issued a code."""

    issuedRewardId: Id
    customerId: Id
    status: str
    used: bool
    usedAt: Instant | None
    activeFrom: Instant
    activeTo: Instant | None


class CouponDetails(TypedDict):
    """A code from any source: its book, how often it is assigned and used, and the members who have it."""

    code: str
    couponBookKey: str
    rewardId: Id
    name: str
    shared: bool
    issued: bool
    totalAssigned: int
    totalUsages: int
    holders: list[CouponHolder]
