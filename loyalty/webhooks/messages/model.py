"""The messages Laurel sends: a closed union, each named as its event is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from loyalty.webhooks.messages.facts import (
    Cause,
    CouponView,
    Customer,
    EffectGiven,
    LevelView,
    ProgressView,
    RewardView,
    Trigger,
    WalletView,
)

ChangeKind: TypeAlias = Literal["add", "subtract", "p2p_add", "p2p_subtract"]
TransferKind: TypeAlias = Literal["adding", "spending", "p2p_adding", "p2p_spending", "blocked", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailablePointsAmountChanged:
    """`amount` is the balance after the change; `change` is positive, its direction is `kind`."""

    customer: Customer
    wallet: WalletView
    amount: Decimal
    change: Decimal
    kind: ChangeKind
    transfer_id: str
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsTransferWasAdded:
    """A line of the ledger; `related_transfer_id` is the lot that expired."""

    customer: Customer
    wallet: WalletView
    transfer_id: str
    kind: TransferKind
    units: Decimal
    created_at: datetime
    expires_at: datetime | None = None
    pending_until: datetime | None = None
    comment: str = ""
    related_transfer_id: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsWillExpire:
    """One lot that lapses soon: `points` were in it, `remaining` are unspent."""

    customer: Customer
    wallet_id: str
    points: Decimal
    remaining: Decimal
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponWillExpire:
    customer: Customer
    coupon: CouponView


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWillExpire:
    customer: Customer
    level: LevelView
    future: LevelView


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered:
    """A new member; address and company are in the field names of the wire."""

    customer: Customer
    registered_at: datetime
    gender: str | None = None
    birth_date: date | None = None
    address: Mapping[str, str] = field(default_factory=dict)
    company: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    agreements: tuple[bool, bool, bool] = (False, False, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdated:
    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeactivated:
    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLevelChanged:
    """`up` is true for a first level, too; `by_hand` where an administrator chose the level."""

    customer: Customer
    level: LevelView
    up: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEffectWasApplied:
    """A reactor's effects on one member: what Laurel calls a reactor is a campaign on the wire."""

    customer: Customer
    campaign_id: str
    campaign_name: str
    trigger: Trigger
    effects: tuple[EffectGiven, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAchievementProgressWasChanged:
    """One step of one member; completed when `progress.completed` is above `previous.completed`."""

    customer: Customer
    achievement_id: str
    achievement_name: str
    rule_id: str
    progress: ProgressView
    previous: ProgressView
    trigger: Trigger
    limit_reached: bool = False
    by_hand: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBoughtReward:
    """A reward bought, given by hand, or issued by a reactor; a material one has no coupon."""

    customer: Customer
    reward: RewardView
    issued_id: str
    cost: Decimal
    issued_at: datetime
    coupon: CouponView | None = None
    cause: Cause | None = None


Message: TypeAlias = (
    AvailablePointsAmountChanged
    | UnitsTransferWasAdded
    | PointsWillExpire
    | CouponWillExpire
    | LevelWillExpire
    | CustomerRegistered
    | CustomerUpdated
    | CustomerDeactivated
    | CustomerLevelChanged
    | CampaignEffectWasApplied
    | MemberAchievementProgressWasChanged
    | CustomerBoughtReward
)


def event_name(message: Message) -> str:
    """The name by which a subscription asks for this message."""
    return type(message).__name__
