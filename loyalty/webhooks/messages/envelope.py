"""Messages in an envelope: the event, what it led to, and the decision on it."""

import re
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Any, assert_never

from loyalty.ids import key
from loyalty.webhooks.messages.current import data_of
from loyalty.webhooks.messages.facts import CouponView
from loyalty.webhooks.messages.model import (
    AvailablePointsAmountChanged,
    CampaignEffectWasApplied,
    CouponWillExpire,
    CustomerBoughtReward,
    CustomerDeactivated,
    CustomerEmailWasChanged,
    CustomerLevelChanged,
    CustomerPhoneNumberWasChanged,
    CustomerRegistered,
    CustomerRequestedPasswordReset,
    CustomerRequestedSendActivationCode,
    CustomerUpdated,
    CustomerWasRegisteredWithoutActivation,
    LevelWillExpire,
    MemberAchievementProgressWasChanged,
    Message,
    PointsWillExpire,
    RewardRedemptionStatusChanged,
    TransactionAssignedToCustomer,
    TransactionRegistered,
    UnitsTransferWasAdded,
    customer_of,
    event_name,
)
from loyalty.webhooks.messages.text import Json, number, utc_instant


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that a message comes from: its id here and at the client, its own time, and the decision on it."""

    event_id: str
    occurred_at: datetime | None = None
    external_id: str | None = None
    decision: Any = None


@dataclass(frozen=True, slots=True)
class _Content:
    kind: str
    payload: Json
    results: Json
    chain: str
    """The id that the messages of one operation share."""


def envelope_body(message: Message, origin: Origin, *, message_id: str, created_at: datetime, zone: tzinfo) -> Json:
    """The body `{"event": {...}}`; its own times are in UTC with milliseconds."""
    content, customer = _content(message, message_id, zone), customer_of(message)
    occurred = origin.occurred_at
    return {
        "event": {
            "loyaltyEventKey": key("ev", origin.event_id),
            "eventType": content.kind,
            "status": "success",
            "loyaltyMemberId": None if customer is None else customer.id,
            "payload": content.payload,
            "executionResults": content.results,
            "evaluationStatus": 0,
            "evaluationResults": origin.decision,
            "externalEventDate": None if occurred is None else utc_instant(occurred),
            "externalId": origin.external_id,
            "systemUniqueKey": content.chain,
            "lastError": None,
            "description": None,
            "tags": None,
            "createdAt": utc_instant(created_at),
            "updatedAt": utc_instant(created_at),
        }
    }


def kebab(name: str) -> str:
    """An event's name as an event type: `CustomerLevelChanged` is `customer-level-changed`."""
    return "-".join(re.findall(r"[A-Z][a-z]*", name)).lower()


def _content(message: Message, message_id: str, zone: tzinfo) -> _Content:
    match message:
        case CustomerRegistered():
            payload = _member(message, zone)
            return _Content("member-created", payload, _created(message, payload), message_id)
        case CustomerBoughtReward(coupon=CouponView() as coupon):
            usage = _usage(message, coupon)
            payload = {
                "usage": usage | {"loyaltyMemberId": message.customer.id},
                "couponBook": _book(message, coupon),
            }
            return _Content("coupon-code-assigned", payload, usage, message.issued_id)
        case (
            AvailablePointsAmountChanged()
            | UnitsTransferWasAdded()
            | PointsWillExpire()
            | CouponWillExpire()
            | LevelWillExpire()
            | CustomerEmailWasChanged()
            | CustomerPhoneNumberWasChanged()
            | CustomerRequestedPasswordReset()
            | CustomerRequestedSendActivationCode()
            | CustomerWasRegisteredWithoutActivation()
            | CustomerUpdated()
            | CustomerDeactivated()
            | CustomerLevelChanged()
            | CampaignEffectWasApplied()
            | MemberAchievementProgressWasChanged()
            | CustomerBoughtReward()
            | RewardRedemptionStatusChanged()
            | TransactionRegistered()
            | TransactionAssignedToCustomer()
        ):
            data = data_of(message, zone)
            return _Content(kebab(event_name(message)), data, data, message_id)
        case _:
            assert_never(message)


def _member(message: CustomerRegistered, zone: tzinfo) -> Json:
    customer, birth = message.customer, message.birth_date
    return {
        "active": True,
        "profile": {
            "name": customer.first_name,
            "email": customer.email,
            "lastName": customer.last_name,
            "birthdate": None if birth is None else utc_instant(datetime.combine(birth, time(), zone)),
            "phoneNumber": customer.phone,
        },
        "loyaltyMemberId": customer.id,
        "publicLoyaltyMemberId": customer.card,
    }


def _created(message: CustomerRegistered, payload: Json) -> Json:
    """The member as it is after registration."""
    email, since = message.customer.email, utc_instant(message.registered_at)
    membership = {"loyaltyMemberId": message.customer.id, "publicLoyaltyMemberId": message.customer.card}
    times = {"createdAt": since, "updatedAt": since}
    return {
        "tiers": [],
        "active": True,
        "onChain": {"wallets": []},
        "profile": payload["profile"] | {"emails": [] if email is None else [email]},
        **times,
        "organizations": [{"active": True, **times, **membership}],
    }


def _usage(message: CustomerBoughtReward, coupon: CouponView) -> Json:
    """One coupon given to one member, before it is used."""
    issued = utc_instant(message.issued_at)
    times = {"createdAt": issued, "updatedAt": issued}
    return {
        "coupon": {
            "code": coupon.code,
            **times,
            "expiredAt": None if coupon.active_to is None else utc_instant(coupon.active_to),
            "totalUsages": 0,
            "totalAssigned": 0,
            "couponBookKey": key("cbk", message.reward.id),
            "customAttributes": None,
        },
        **times,
        "amountUsed": 0,
        "amountAssigned": 1,
        "couponUsageKey": key("cbu", message.issued_id),
        "revertedUsageId": None,
        "systemUniqueKey": message.issued_id,
        "customAttributes": None,
        "updatedTotalUsages": 0,
        "updatedTotalAssigned": 1,
    }


def _book(message: CustomerBoughtReward, coupon: CouponView) -> Json:
    """Return the reward as the book of its coupons."""
    return {
        "couponBookKey": key("cbk", message.reward.id),
        "name": message.reward.name,
        "type": "generated",
        "externalId": message.reward.id,
        "pictureUrl": None,
        "description": None,
        "validToDate": None,
        "validFromDate": None,
        "discountType": "percentage" if coupon.value_type == "percentage" else "amount",
        "discountAmount": number(coupon.value),
        "tags": None,
        "customAttributes": None,
    }
