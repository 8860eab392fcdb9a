"""Parts that several messages share, in the current format."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, assert_never

from loyalty.webhooks.messages.facts import (
    AchievementTrigger,
    Cause,
    CodeTrigger,
    CouponView,
    Customer,
    CustomEventTrigger,
    EffectGiven,
    InternalEventTrigger,
    ProgressView,
    TransactionTrigger,
    TransactionView,
    Trigger,
    WalletView,
)
from loyalty.webhooks.messages.text import Json, instant, known, number

_STREAK_PERIOD = "day"
_PERIODS = {
    "all": "overall",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
    "last": "last_day",
}


def optional_instant(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else instant(moment, zone)


def customer(member: Customer) -> Json:
    """Return the member; `test` is present only in messages about test members."""
    shown = known(customerId=member.id, email=member.email, phone=member.phone, loyaltyCardNumber=member.card)
    return shown | ({"test": True} if member.is_test else {})


def flat_customer(member: Customer) -> Json:
    """Return the member as fields of the message itself, as messages about expiry have them."""
    return known(
        customerId=member.id,
        customerEmail=member.email,
        customerPhone=member.phone,
        customerLoyaltyCardNumber=member.card,
        customerFirstName=member.first_name,
        customerLastName=member.last_name,
    )


def wallet(view: WalletView, zone: tzinfo) -> Json:
    return {
        "walletId": view.id,
        "walletType": {
            "name": view.name,
            "walletTypeId": view.type_id,
            "code": view.code,
            "unitSingularName": view.unit_singular,
            "unitPluralName": view.unit_plural,
            "active": True,
            "isDefault": view.is_default,
            "createdAt": instant(view.created_at, zone),
            "limits": {},
            "allowNegativeBalance": view.allow_negative,
        },
    }


def cause(known_cause: Cause, zone: tzinfo) -> Json:
    return {
        "campaignId": known_cause.campaign_id,
        "customerId": known_cause.customer_id,
        "transactionId": known_cause.transaction_id,
        "customEventId": known_cause.custom_event_id,
        "internalEventName": known_cause.internal_event_name,
        "performedAt": optional_instant(known_cause.performed_at, zone),
    }


def coupon(view: CouponView, zone: tzinfo) -> Json:
    return {
        "code": view.code,
        "value": number(view.value),
        "activeFrom": instant(view.active_from, zone),
    } | known(activeTo=optional_instant(view.active_to, zone), usedAt=optional_instant(view.used_at, zone))


def effect(given: EffectGiven, target: str) -> Json:
    return {
        "status": given.status,
        "target": target,
        "walletTypeCode": given.wallet_code,
        "type": given.kind,
    } | known(
        points=None if given.points is None else number(given.points),
        couponValue=None if given.coupon_value is None else number(given.coupon_value),
        rewardId=given.reward_id,
    )


def trigger(fired: Trigger, zone: tzinfo) -> Json:
    """Return what triggered a campaign."""
    common = {"triggerId": fired.id, "createdAt": instant(fired.created_at, zone)}
    match fired:
        case CustomEventTrigger():
            return common | {
                "type": "custom_event",
                "eventDate": instant(fired.event_date, zone),
                **known(eventId=fired.event_id),
            }
        case InternalEventTrigger():
            return common | {"type": "internal_event", "payload": dict(fired.payload)}
        case CodeTrigger():
            return common | {"type": "custom_event_unique_code"}
        case AchievementTrigger():
            return common | {"type": "achievement", "relatedAchievement": _related(fired)}
        case TransactionTrigger(event_type="transaction"):
            purchased = instant(fired.purchased_at, zone)
            return common | {"type": "transaction", "purchasedAt": purchased, "documentNumber": fired.document_number}
        case TransactionTrigger():
            return common | {"type": "return_transaction"}
        case _:
            assert_never(fired)


def _related(fired: AchievementTrigger) -> Json:
    """Return the achievement whose completion triggered a campaign."""
    rule = {"achievementRuleId": fired.rule_id, **known(**progress(fired.progress))}
    cause = None if fired.completed_by is None else {"triggerId": fired.completed_by, "triggerType": fired.rule_trigger}
    return {
        "achievementId": fired.achievement_id,
        "achievementName": fired.achievement_name,
        "limitReached": fired.limit_reached,
        "memberProgress": {
            "completedCount": fired.progress.completed,
            "rules": [rule | {"type": "direct", "trigger": fired.rule_trigger}],
        },
    } | known(lastTrigger=cause)


def progress_trigger(fired: Trigger, zone: tzinfo) -> Json:
    """Return what moved an achievement; a built-in event is shown as a custom one."""
    match fired:
        case CustomEventTrigger() | TransactionTrigger(event_type="transaction"):
            return trigger(fired, zone)
        case TransactionTrigger():  # achievements have no trigger for returns
            return trigger(CustomEventTrigger(fired.id, fired.created_at, fired.purchased_at), zone)
        case InternalEventTrigger() | CodeTrigger() | AchievementTrigger():
            return trigger(CustomEventTrigger(fired.id, fired.created_at, fired.created_at), zone)
        case _:
            assert_never(fired)


def item(line: Mapping[str, Any]) -> Json:
    """Return a line of a transaction."""
    labels = [{"key": key, "value": value} for key, value in line["labels"].items()]
    return {
        "sku": {"code": line["sku"]},
        "name": line["name"],
        "quantity": number(Decimal(line["quantity"])),
        "grossValue": number(Decimal(line["gross_value"])),
        "category": line["category"],
        "labels": labels,
    } | known(maker=line["maker"])


def transaction(view: TransactionView, zone: tzinfo) -> Json:
    """Return a sale or a return, without the details of the till."""
    return {
        "transactionId": view.id,
        "documentNumber": view.document_number,
        "purchasedAt": instant(view.purchased_at, zone),
        "documentType": view.document_type,
        "customerData": transaction_customer(view),
        "items": [item(line) for line in view.items],
    } | known(channelId=view.channel)


def transaction_customer(view: TransactionView) -> Json:
    """Return the customer data of a transaction, without an id: another message gives the member."""
    return {name: value for name, value in view.customer_data.items() if name != "customerId"}


def progress(view: ProgressView) -> Json:
    """Return progress: a streak counts whole periods in a row, anything else one value towards one goal."""
    if view.window == "streak":
        return {
            "periodGoal": 1,
            "currentPeriodValue": min(1, number(view.value)),
            "periodType": _STREAK_PERIOD,
            "consecutivePeriods": int(view.goal),
            "completedConsecutivePeriods": int(view.value),
        }
    return {
        "periodGoal": number(view.goal),
        "currentPeriodValue": number(view.value),
        "periodType": _PERIODS[view.window],
        "consecutivePeriods": None,
        "completedConsecutivePeriods": 0,
    }
