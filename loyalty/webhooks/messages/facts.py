"""The parts of messages: the member, the wallet, the cause. Ids are UUIDs in text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Customer:
    """A member; identifiers that it lacks are left out of the message."""

    id: str
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class WalletView:
    """A member's wallet (`id`) and its type."""

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
    """What changed a balance or gave a reward; all fields are empty for a change by hand."""

    campaign_id: str | None = None
    customer_id: str | None = None
    transaction_id: str | None = None
    custom_event_id: str | None = None
    internal_event_name: str | None = None
    performed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomEventTrigger:
    """A reported event that triggered something."""

    id: str
    created_at: datetime
    event_date: datetime
    event_id: str | None = None
    """The id that the client gave the event."""


@dataclass(frozen=True, slots=True)
class InternalEventTrigger:
    """A built-in event that triggered something."""

    id: str
    created_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TransactionTrigger:
    """A sale or a return that triggered something."""

    id: str
    created_at: datetime
    purchased_at: datetime
    document_number: str
    event_type: str
    """`transaction` or `transaction_returned`."""


@dataclass(frozen=True, slots=True)
class CodeTrigger:
    """A reported event that triggered something by its redemption code."""

    id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TransactionView:
    """A sale or a return; `items` are lines as rules read them, `customer_data` has the field names of the message."""

    id: str
    document_number: str
    document_type: str
    purchased_at: datetime
    purchase_place: str | None
    channel: str | None
    gross: Decimal
    customer_data: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class EffectGiven:
    """One effect of a campaign: `kind` as in `give_points`, `give_reward`, `assign_custom_attribute`."""

    kind: str
    wallet_code: str | None = None
    points: Decimal | None = None
    coupon_value: Decimal | None = None
    reward_id: str | None = None
    status: str = "success"


RuleTrigger: TypeAlias = Literal["transaction", "custom_event"]
WindowName: TypeAlias = Literal["all", "streak", "day", "week", "month", "year", "last"]


@dataclass(frozen=True, slots=True)
class ProgressView:
    """A member's progress: `value` of `goal` in the window, and the number of completions."""

    completed: int
    value: Decimal
    goal: Decimal
    window: WindowName


@dataclass(frozen=True, slots=True)
class AchievementTrigger:
    """A completed achievement that triggered something, with the member's progress after it."""

    id: str
    created_at: datetime
    achievement_id: str
    achievement_name: str
    rule_id: str
    rule_trigger: RuleTrigger
    progress: ProgressView
    limit_reached: bool
    completed_by: str | None = None
    """The id of the event that completed it; None: it was completed by hand."""


Trigger: TypeAlias = CustomEventTrigger | CodeTrigger | InternalEventTrigger | TransactionTrigger | AchievementTrigger


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
class CodeTotals:
    """How often one code was issued and used by all members, the time that a message is about included."""

    assigned: int
    used: int


OWN_CODE: Final = CodeTotals(1, 0)
OWN_CODE_USED: Final = CodeTotals(1, 1)
"""The totals of a code that only one member has."""


@dataclass(frozen=True, slots=True)
class RewardView:
    """A reward; `kind` as in `dynamic_coupon` or `material`."""

    id: str
    name: str
    kind: str
    description: str = ""
    codes: Literal["generated", "uploaded", "shared"] = "generated"
    """Where its coupon codes come from."""
    valid_from: datetime | None = None
    """The moment before which no coupon of it can be used."""
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedRewardView:
    """A reward that a member was issued; `owner` has the member's details by the field names of the message."""

    id: str
    token: str
    reward: RewardView
    status: str
    cost: Decimal
    issued_at: datetime
    owner: Mapping[str, Any]
    coupon: CouponView | None = None


@dataclass(frozen=True, slots=True)
class StatusView:
    """A status of an issued reward, since when, and why."""

    status: str
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LevelView:
    id: str
    name: str
