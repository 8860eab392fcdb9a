"""Messages in legacy mode: a dotted type and its data, without ids or times."""

import re
from datetime import tzinfo
from typing import Any, assert_never

from loyalty.webhooks.messages.current import data_of, registration
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
    event_name,
)
from loyalty.webhooks.messages.parts import flat_customer, item, transaction_customer
from loyalty.webhooks.messages.text import Json, instant, known, number


def legacy_body(message: Message, zone: tzinfo) -> Json:
    """Return the body of the earlier version; messages that it did not have carry their current data."""
    kind, data = _legacy(message, zone)
    return {"type": kind, "data": data}


def _legacy(message: Message, zone: tzinfo) -> tuple[str, Any]:
    match message:
        case AvailablePointsAmountChanged():
            return "account.available_points_amount_changed", _points_changed(message)
        case PointsWillExpire():
            return "account.expiring_points_notification", [_points_will_expire(message, zone)]
        case LevelWillExpire():
            return "account.expiring_level_notification", [data_of(message, zone)]
        case CouponWillExpire():
            return "campaign.coupon_expiration", [_coupon_will_expire(message)]
        case CustomerRegistered():
            inner = registration(message, zone)
            return "customer.registered", {"customerId": message.customer.id, "data": inner}
        case CustomerUpdated() | CustomerDeactivated():
            return dotted(event_name(message)), {"customerId": message.customer.id}
        case CustomerLevelChanged():
            return _level_changed(message)
        case TransactionRegistered():
            return "transaction.registered", _transaction(message, zone)
        case TransactionAssignedToCustomer():
            return "transaction.assigned_to_customer", _transaction_assigned(message)
        case (
            UnitsTransferWasAdded()
            | CouponCodeWasUsed()
            | CampaignEffectWasApplied()
            | MemberAchievementProgressWasChanged()
            | CustomerBoughtReward()
            | RewardRedemptionStatusChanged()
            | CustomerEmailWasChanged()
            | CustomerPhoneNumberWasChanged()
            | CustomerRequestedPasswordReset()
            | CustomerRequestedSendActivationCode()
            | CustomerWasRegisteredWithoutActivation()
        ):  # messages that the earlier version did not have
            return dotted(event_name(message)), data_of(message, zone)
        case _:
            assert_never(message)


def dotted(name: str) -> str:
    """Return an event's name as a legacy type: `CustomerBoughtReward` is `customer.bought_reward`."""
    first, *rest = re.findall(r"[A-Z][a-z]*", name)
    return f"{first}.{'_'.join(rest)}".lower()


def _points_changed(message: AvailablePointsAmountChanged) -> Json:
    return {
        "customerId": message.customer.id,
        "amount": number(message.amount),
        "amount_change": number(message.change),
        "amount_change_type": message.kind,
    }


def _points_will_expire(message: PointsWillExpire, zone: tzinfo) -> Json:
    return flat_customer(message.customer) | {
        "points": number(message.remaining),
        "pointsWillExpire": instant(message.expires_at, zone),
    }


def _coupon_will_expire(message: CouponWillExpire) -> Json:
    expires = message.coupon.active_to
    return known(
        customerId=message.customer.id,
        customerEmail=message.customer.email,
        customerLoyaltyCardNumber=message.customer.card,
        customerPhone=message.customer.phone,
        coupon=message.coupon.code,
        couponExpiresAt=None if expires is None else int(expires.timestamp()),
        couponStatus=message.coupon.status,
    )


def _level_changed(message: CustomerLevelChanged) -> tuple[str, Json]:
    level = {
        "customerId": message.customer.id,
        "levelId": message.level.id,
        "levelName": message.level.name,
    }
    if message.by_hand:
        return "customer.level_changed", level
    return "customer.level_changed_automatically", level | {"levelMove": "up" if message.up else "down"}


def _transaction_assigned(message: TransactionAssignedToCustomer) -> Json:
    return {
        "transactionId": message.transaction.id,
        "customerId": message.customer.id,
        "grossValue": number(message.transaction.gross),
    }


def _transaction(message: TransactionRegistered, zone: tzinfo) -> Json:
    view = message.transaction
    return {
        "transactionId": view.id,
        "transactionData": {
            "documentType": view.document_type,
            "documentNumber": view.document_number,
            "purchasePlace": view.purchase_place,
            "purchaseDate": instant(view.purchased_at, zone),
        },
        "customerData": transaction_customer(view),
        "items": [item(line) for line in view.items],
        "posId": view.channel,
    }
