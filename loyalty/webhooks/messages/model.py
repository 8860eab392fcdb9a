"""The messages that Laurel sends: a closed union, each class named as the event that subscriptions name.

To add a message, add its class to `Message`; mypy then requires its data in each format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias, get_args

from loyalty.store.codes import PlainCode
from loyalty.webhooks.messages.facts import (
    OWN_CODE,
    OWN_CODE_USED,
    Cause,
    CodeTotals,
    CouponView,
    Customer,
    EffectGiven,
    IssuedRewardView,
    LevelView,
    ProgressView,
    RewardView,
    RuleTrigger,
    StatusView,
    TransactionView,
    Trigger,
    WalletView,
)

ChangeKind: TypeAlias = Literal["add", "subtract", "p2p_add", "p2p_subtract"]
UnitsTransferKind: TypeAlias = Literal["adding", "spending", "p2p_adding", "p2p_spending", "blocked", "expired"]


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
    """A transfer of points; `related_transfer_id` is the transfer that it refers to: a hold, an expired award, ..."""

    customer: Customer
    wallet: WalletView
    transfer_id: str
    kind: UnitsTransferKind
    units: Decimal
    created_at: datetime
    expires_at: datetime | None = None
    pending_until: datetime | None = None
    comment: str = ""
    related_transfer_id: str | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsWillExpire:
    """A lot that expires soon: `points` were added, `remaining` are unspent."""

    customer: Customer
    wallet_id: str
    points: Decimal
    remaining: Decimal
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponWillExpire:
    """A coupon that expires soon."""

    customer: Customer
    coupon: CouponView


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponCodeWasUsed:
    """A coupon that its owner has used."""

    customer: Customer
    reward: RewardView
    issued_id: str
    issued_at: datetime
    coupon: CouponView
    totals: CodeTotals = OWN_CODE_USED


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWillExpire:
    """A tier that will be lost soon; `future` replaces it."""

    customer: Customer
    level: LevelView
    future: LevelView


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRegistered:
    """A new member; address and company have the field names of the message."""

    customer: Customer
    registered_at: datetime
    gender: str | None = None
    birth_date: date | None = None
    address: Mapping[str, str] = field(default_factory=dict)
    company: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    agreements: tuple[bool, bool, bool] = (False, False, False)
    tier_number: int | None = None
    """The position of the member's tier among those of the program, from 1; None: they have none."""
    wallet_id: str | None = None
    """The id of the member's default wallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWasRegisteredWithoutActivation:
    """A new member, who takes no part until the code activates them."""

    customer: Customer
    code: PlainCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRequestedSendActivationCode:
    """Another code to activate a member."""

    customer: Customer
    code: PlainCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRequestedPasswordReset:
    """A code to set another password."""

    customer: Customer
    code: PlainCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEmailWasChanged:
    """A code to confirm the email of `customer`, which is the new one; until then the old one applies."""

    customer: Customer
    code: PlainCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPhoneNumberWasChanged:
    """A code to confirm the phone of `customer`, which is the new one; until then the old one applies."""

    customer: Customer
    code: PlainCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUpdated:
    """A member was changed: read the member for the current values."""

    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDeactivated:
    """A member was excluded from the program."""

    customer: Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLevelChanged:
    """`up` is true for a first level, too; `by_hand` if an administrator chose the level."""

    customer: Customer
    level: LevelView
    up: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignEffectWasApplied:
    """A reactor's effects on one member; a reactor is a campaign in messages."""

    customer: Customer
    campaign_id: str
    campaign_name: str
    trigger: Trigger
    effects: tuple[EffectGiven, ...]
    redemption_code: str | None = None
    """The code that the event gave to the reactor, which is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAchievementProgressWasChanged:
    """Progress of one member; completed if `progress.completed` is above `previous.completed`."""

    customer: Customer
    achievement_id: str
    achievement_name: str
    rule_id: str
    progress: ProgressView
    previous: ProgressView
    trigger: Trigger
    rule_trigger: RuleTrigger = "custom_event"
    """What the achievement counts, whatever moved it now."""
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
    totals: CodeTotals = OWN_CODE
    """Of the code of its coupon."""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardRedemptionStatusChanged:
    """The status of an issued reward changed; `issued` is the reward as it was before."""

    customer: Customer
    issued: IssuedRewardView
    old: StatusView
    new: StatusView


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRegistered:
    """A sale or a return was stored, with or without a member."""

    transaction: TransactionView


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionAssignedToCustomer:
    """A sale or a return was assigned to its member."""

    customer: Customer
    transaction: TransactionView


WithCode: TypeAlias = (
    CustomerWasRegisteredWithoutActivation
    | CustomerRequestedSendActivationCode
    | CustomerRequestedPasswordReset
    | CustomerEmailWasChanged
    | CustomerPhoneNumberWasChanged
)
"""Messages that carry a code to a member."""

AboutCustomer: TypeAlias = WithCode | CustomerUpdated | CustomerDeactivated
"""Messages with only the member, and possibly a code."""

Message: TypeAlias = (
    AvailablePointsAmountChanged
    | UnitsTransferWasAdded
    | PointsWillExpire
    | CouponWillExpire
    | CouponCodeWasUsed
    | LevelWillExpire
    | CustomerRegistered
    | CustomerWasRegisteredWithoutActivation
    | CustomerRequestedSendActivationCode
    | CustomerRequestedPasswordReset
    | CustomerEmailWasChanged
    | CustomerPhoneNumberWasChanged
    | CustomerUpdated
    | CustomerDeactivated
    | CustomerLevelChanged
    | CampaignEffectWasApplied
    | MemberAchievementProgressWasChanged
    | CustomerBoughtReward
    | RewardRedemptionStatusChanged
    | TransactionRegistered
    | TransactionAssignedToCustomer
)


MESSAGES: Final[tuple[type[Message], ...]] = get_args(Message)
"""Every message that is sent."""


def customer_of(message: Message) -> Customer | None:
    """Return the member that a message is about; None: there is none."""
    return None if isinstance(message, TransactionRegistered) else message.customer


def event_name(message: Message) -> str:
    """Return the name of a message in subscriptions."""
    return type(message).__name__
