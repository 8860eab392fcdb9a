"""Issued rewards: request bodies and responses."""

from typing import NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Listed, Total, UnreadableItem
from loyalty.program.rewards import RewardKind, ValueType


class PostCouponCode(RequestModel):
    """A coupon code, without an enclosing object."""

    coupon_code: str = Field(min_length=1, max_length=255)


class PostStatus(RequestModel):
    """A status, without an enclosing object: `pending`, `shipped`, ...; `canceled` cancels the reward."""

    status: str = Field(min_length=1, max_length=64)
    comment: str = Field(default="", max_length=1000)


class CouponUsage(TypedDict):
    """A coupon, and whether to use it."""

    code: str
    used: bool
    customerId: Id


class IssuedCoupon(TypedDict):
    """The coupon of an issued reward."""

    code: str
    value: ExactNumber
    valueType: ValueType
    activeFrom: Instant
    activeTo: NotRequired[Instant]
    usedAt: NotRequired[Instant]


class RedemptionCause(TypedDict):
    """What issued a reward: a member who bought it, nothing for a gift by hand, or a reactor (a campaign)."""

    campaignId: Id | None
    customerId: Id | None
    transactionId: Id | None
    customEventId: Id | None
    internalEventName: str | None
    performedAt: Instant | None


class IssuedReward(TypedDict):
    """A reward that a member was issued. `status` shows its fulfilment; `used` and `expired` are of its coupon."""

    rewardId: Id
    issuedRewardId: Id
    name: str
    customerId: Id
    status: str
    redemptionDate: Instant
    issuedCoupon: NotRequired[IssuedCoupon]
    customerData: JsonObject
    costInPoints: ExactNumber
    token: str
    rewardType: RewardKind
    actionCause: RedemptionCause
    cancelledAt: NotRequired[Instant]


class IssuedRewards(Listed):
    """A page of issued rewards."""

    items: list[IssuedReward | UnreadableItem]


class StatusChange(TypedDict):
    """A status of an issued reward: since when, why, and who set it."""

    status: str
    comment: str
    date: Instant
    createdBy: str


class StatusHistory(TypedDict):
    """A page of the statuses of an issued reward."""

    items: list[StatusChange]
    total: Total
