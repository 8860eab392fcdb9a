"""What messages tell of: the member, the wallet, and what was behind it. Ids are UUIDs in text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Customer:
    """A member, by whatever identifies them; what they lack is left out of the message."""

    id: str
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True)
class WalletView:
    """A member's wallet (`id`), and the kind of wallet it is."""

    id: str
    type_id: str
    code: str
    name: str
    unit_singular: str
    unit_plural: str
    is_default: bool
    created_at: datetime
    allow_negative: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """What changed a balance or gave a reward: nothing of it is known for a change by hand."""

    campaign_id: str | None = None
    customer_id: str | None = None
    transaction_id: str | None = None
    custom_event_id: str | None = None
    internal_event_name: str | None = None
    performed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomEventTrigger:
    id: str
    created_at: datetime
    event_date: datetime
    event_id: str | None = None
    """The reporter's own id of the event."""


@dataclass(frozen=True, slots=True)
class TransactionTrigger:
    id: str
    created_at: datetime
    purchased_at: datetime
    document_number: str


@dataclass(frozen=True, slots=True)
class InternalEventTrigger:
    id: str
    created_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AchievementTrigger:
    """An achievement that was completed; `cause` is what completed it."""

    id: str
    created_at: datetime
    achievement_id: str
    achievement_name: str
    limit_reached: bool
    completed: int
    cause: CustomEventTrigger | TransactionTrigger | None = None


Trigger: TypeAlias = CustomEventTrigger | TransactionTrigger | InternalEventTrigger | AchievementTrigger


@dataclass(frozen=True, slots=True)
class EffectGiven:
    """One effect of a campaign: `kind` as in `give_points`, `give_reward`, `assign_custom_attribute`."""

    kind: str
    wallet_code: str | None = None
    points: Decimal | None = None
    coupon_value: Decimal | None = None
    reward_id: str | None = None
    status: str = "success"


Window: TypeAlias = Literal["all", "streak", "day", "week", "month", "year", "last"]


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far a member is: `value` of `goal` in the window, after so many completions."""

    completed: int
    value: Decimal
    goal: Decimal
    window: Window


@dataclass(frozen=True, slots=True)
class CouponView:
    code: str
    value: Decimal
    active_from: datetime
    active_to: datetime | None = None
    used_at: datetime | None = None
    status: str = "issued"
    value_type: str = "money"


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward of the catalogue, as far as messages show it; `kind` as in `static_coupon` or `material`."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class LevelView:
    id: str
    name: str
