"""Messages in an envelope: the event, its consequences, and the decision on it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Any, Final, assert_never

from loyalty.ids import key, number_of
from loyalty.webhooks.messages.current import data_of
from loyalty.webhooks.messages.facts import CouponView, RewardView
from loyalty.webhooks.messages.model import (
    AvailablePointsAmountChanged,
    CampaignEffectWasApplied,
    CouponCodeWasUsed,
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

GOV_ID: Final = "govId"
"""The attribute of members that programs declare as an object with `id`, `type` and `issuingCountry`."""
_BOOK_TYPES: Final = {"generated": "generated", "uploaded": "list", "shared": "single"}


@dataclass(frozen=True, slots=True)
class Origin:
    """The event behind a message: its id here and at the client, its own time, and the decision on it."""

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
    whose: Json
    """Return the member of an event that names one; of `member-created`, the number of the event."""


def envelope_body(message: Message, origin: Origin, *, message_id: str, created_at: datetime, zone: tzinfo) -> Json:
    """Return the body `{"event": {...}}`; its own times are in UTC with milliseconds."""
    content = _content(message, origin, message_id, zone)
    occurred = origin.occurred_at
    return {
        "event": {
            "loyaltyEventKey": key("ev", origin.event_id),
            "eventType": content.kind,
            "status": "success",
            **content.whose,
            "payload": content.payload,
            "executionResults": content.results,
            "evaluationStatus": 0,
            "evaluationResults": origin.decision or None,
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
    """Return an event's name as an event type: `CustomerLevelChanged` is `customer-level-changed`."""
    return "-".join(re.findall(r"[A-Z][a-z]*", name)).lower()


def _content(message: Message, origin: Origin, message_id: str, zone: tzinfo) -> _Content:
    customer = customer_of(message)
    whose = {"loyaltyMemberId": None if customer is None else customer.id}
    match message:
        case CustomerRegistered():
            payload, number = _member(message, zone), {"loyaltyEventId": str(number_of(origin.event_id))}
            return _Content("member-created", payload, _created(message, payload), message_id, number)
        case CustomerBoughtReward(coupon=CouponView() as coupon):
            payload, usage = _usage(message, coupon, is_used=False)
            return _Content("coupon-code-assigned", payload, usage, message.issued_id, whose)
        case CouponCodeWasUsed():
            payload, usage = _usage(message, message.coupon, is_used=True)
            return _Content("coupon-code-used", payload, usage, message.issued_id, whose)
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
            return _Content(kebab(event_name(message)), data, data, message_id, whose)
        case _:
            assert_never(message)


def _member(message: CustomerRegistered, zone: tzinfo) -> Json:
    customer, birth, gov_id = message.customer, message.birth_date, message.attributes.get(GOV_ID)
    return {
        "active": True,
        "profile": {
            "name": customer.first_name,
            "email": customer.email,
            "govId": gov_id if isinstance(gov_id, Mapping) else None,
            "lastName": customer.last_name,
            "birthdate": None if birth is None else utc_instant(datetime.combine(birth, time(), zone)),
            "phoneNumber": customer.phone,
        },
        "loyaltyMemberId": customer.id,
        "publicLoyaltyMemberId": customer.card,
    }


def _created(message: CustomerRegistered, payload: Json) -> Json:
    """Return the member after registration."""
    email, since = message.customer.email, utc_instant(message.registered_at)
    membership = {"loyaltyMemberId": message.customer.id, "publicLoyaltyMemberId": message.customer.card}
    times = {"createdAt": since, "updatedAt": since}
    return {
        "tiers": [] if message.tier_number is None else [_tier(message.tier_number)],
        "active": True,
        "onChain": {"wallets": []},
        "profile": payload["profile"] | {"emails": [] if email is None else [email]},
        **times,
        "organizations": [{"active": True, **times, **membership}],
        "ledgerWalletId": None if message.wallet_id is None else number_of(message.wallet_id),
        "ledgerWalletKey": None if message.wallet_id is None else key("wal", message.wallet_id),
    }


def _tier(number: int) -> Json:
    """Return a member's tier by standing, with its position among those of the program."""
    ids = {"loyaltyTierId": number, "loyaltyProgramId": 1}
    return ids | {"loyaltyManualTierId": None, "loyaltySystemTierId": number}


def _usage(
    message: CustomerBoughtReward | CouponCodeWasUsed, coupon: CouponView, *, is_used: bool
) -> tuple[Json, Json]:
    """Return one coupon that a member got or used: the payload and the results."""
    issued, totals = utc_instant(message.issued_at), message.totals
    times = {"createdAt": issued, "updatedAt": issued}
    usage: Json = {
        "coupon": {
            "code": coupon.code,
            **times,
            "expiredAt": None if coupon.active_to is None else utc_instant(coupon.active_to),
            "totalUsages": totals.used - int(is_used),
            "totalAssigned": totals.assigned - int(not is_used),
            "couponBookKey": key("cbk", message.reward.id),
            "customAttributes": None,
        },
        **times,
        "amountUsed": int(is_used),
        "amountAssigned": 1,
        "couponUsageKey": key("cbu", message.issued_id),
        "revertedUsageId": None,
        "customAttributes": None,
        "updatedTotalUsages": totals.used,
        "updatedTotalAssigned": totals.assigned,
    }
    usage["systemUniqueKey"] = message.issued_id
    payload = {"usage": usage | {"loyaltyMemberId": message.customer.id}, "couponBook": _book(message.reward, coupon)}
    return payload, usage


def _book(reward: RewardView, coupon: CouponView) -> Json:
    """Return the reward as the book of its coupons."""
    return {
        "couponBookKey": key("cbk", reward.id),
        "name": reward.name,
        "type": _BOOK_TYPES[reward.codes],
        "externalId": reward.id,
        "pictureUrl": None,
        "description": reward.description or None,
        "validToDate": None if reward.valid_until is None else utc_instant(reward.valid_until),
        "validFromDate": None if reward.valid_from is None else utc_instant(reward.valid_from),
        "discountType": "percentage" if coupon.value_type == "percentage" else "amount",
        "discountAmount": number(coupon.value),
        "tags": None,
        "customAttributes": None,
    }
