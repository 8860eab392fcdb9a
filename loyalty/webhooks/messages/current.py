"""The data of each message in the current format."""

from datetime import datetime, time, tzinfo
from typing import assert_never

from loyalty.store.referrals import referral_token
from loyalty.webhooks.messages import parts
from loyalty.webhooks.messages.facts import Cause, ProgressView, RewardView
from loyalty.webhooks.messages.model import (
    AboutCustomer,
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
)
from loyalty.webhooks.messages.text import Json, instant, known, number


def data_of(message: Message, zone: tzinfo) -> Json:  # noqa: C901 - a case for each message, and nothing else
    """Return the `data` of a message, its times on the clock of the store."""
    match message:
        case AvailablePointsAmountChanged():
            return _points_changed(message, zone)
        case UnitsTransferWasAdded():
            return _transfer_added(message, zone)
        case PointsWillExpire():
            return _points_will_expire(message, zone)
        case CouponCodeWasUsed() | CouponWillExpire():
            return _about_coupon(message, zone)
        case LevelWillExpire():
            return _level_will_expire(message)
        case CustomerRegistered():
            return {"customerId": message.customer.id, "customerData": registration(message, zone)}
        case (
            CustomerEmailWasChanged()
            | CustomerPhoneNumberWasChanged()
            | CustomerRequestedPasswordReset()
            | CustomerRequestedSendActivationCode()
            | CustomerWasRegisteredWithoutActivation()
            | CustomerUpdated()
            | CustomerDeactivated()
        ):
            return _about_customer(message)
        case CustomerLevelChanged():
            return _level_changed(message)
        case CampaignEffectWasApplied():
            return _effect_applied(message, zone)
        case MemberAchievementProgressWasChanged():
            return _progress_changed(message, zone)
        case CustomerBoughtReward():
            return _reward_bought(message, zone)
        case RewardRedemptionStatusChanged():
            return _status_changed(message, zone)
        case TransactionRegistered() | TransactionAssignedToCustomer():
            return _transaction(message, zone)
        case _:
            assert_never(message)


def _points_changed(message: AvailablePointsAmountChanged, zone: tzinfo) -> Json:
    return {
        "customer": parts.customer(message.customer),
        "accountId": message.wallet.id,
        "amount": number(message.amount),
        "amountChange": number(message.change),
        "amountChangeType": message.kind,
        "transferId": message.transfer_id,
        "wallet": parts.wallet(message.wallet, zone),
        "actionCause": None if message.cause is None else parts.cause(message.cause, zone),
    }


def _transfer_added(message: UnitsTransferWasAdded, zone: tzinfo) -> Json:
    return {
        "member": parts.customer(message.customer),
        "wallet": parts.wallet(message.wallet, zone),
        "createdAt": instant(message.created_at, zone),
        "units": number(message.units),
        "comment": message.comment,
        "type": message.kind,
        "pending": message.pending_until is not None,
        "transferId": message.transfer_id,
        "actionCause": None if message.cause is None else parts.cause(message.cause, zone),
    } | known(
        expiresAt=parts.optional_instant(message.expires_at, zone),
        lockedUntil=parts.optional_instant(message.pending_until, zone),
        relatedTransferId=message.related_transfer_id,
    )


def _points_will_expire(message: PointsWillExpire, zone: tzinfo) -> Json:
    return {
        "accountId": message.wallet_id,
        "points": number(message.points),
        "remainingUnits": number(message.remaining),
        "pointsWillExpire": instant(message.expires_at, zone),
    }


def _about_coupon(message: CouponCodeWasUsed | CouponWillExpire, zone: tzinfo) -> Json:
    owned = {
        "customer": parts.customer(message.customer),
        "issuedCoupon": {"valueType": message.coupon.value_type} | parts.coupon(message.coupon, zone),
    }
    if isinstance(message, CouponWillExpire):
        return owned
    return owned | {"reward": _reward(message.reward), "rewardRedemption": {"redeemedRewardId": message.issued_id}}


def _reward(view: RewardView) -> Json:
    return {"rewardId": view.id, "rewardName": view.name, "rewardType": view.kind}


def _level_will_expire(message: LevelWillExpire) -> Json:
    return parts.flat_customer(message.customer) | {
        "levelId": message.level.id,
        "levelName": message.level.name,
        "futureLevelId": message.future.id,
        "futureLevelName": message.future.name,
    }


def registration(message: CustomerRegistered, zone: tzinfo) -> Json:
    """Return the data with which a member was registered."""
    birth = None if message.birth_date is None else datetime.combine(message.birth_date, time(), zone)
    first, second, third = message.agreements
    return known(
        referralToken=referral_token(message.customer.id),
        firstName=message.customer.first_name,
        lastName=message.customer.last_name,
        email=message.customer.email,
        phone=message.customer.phone,
        gender=message.gender,
        birthDate=parts.optional_instant(birth, zone),
        address=dict(message.address) or None,
        company=dict(message.company) or None,
        loyaltyCardNumber=message.customer.card,
    ) | {
        "registeredAt": instant(message.registered_at, zone),
        "customAttributes": [{"key": key, "value": value} for key, value in message.attributes.items()],
        "agreement1": first,
        "agreement2": second,
        "agreement3": third,
    }


def _about_customer(message: AboutCustomer) -> Json:
    customer = parts.customer(message.customer)
    match message:
        case CustomerUpdated() | CustomerDeactivated():
            return {"customer": customer}
        case _:
            return {"customer": customer, "code": message.code.code, "codeNumber": message.code.number}


def _level_changed(message: CustomerLevelChanged) -> Json:
    return {
        "customer": parts.customer(message.customer),
        "level": {
            "levelId": message.level.id,
            "name": message.level.name,
            "levelMoveUp": message.up,
            "levelMoveDown": not message.up,
        },
    }


def _effect_applied(message: CampaignEffectWasApplied, zone: tzinfo) -> Json:
    trigger = parts.trigger(message.trigger, zone)
    return {
        "member": parts.customer(message.customer),
        "campaign": {
            "triggerType": trigger["type"],
            "campaignId": message.campaign_id,
            "name": message.campaign_name,
            "trigger": trigger,
        },
        "effectsGiven": [parts.effect(effect, message.customer.id) for effect in message.effects],
    } | known(redemptionCode=message.redemption_code)


def _progress_changed(message: MemberAchievementProgressWasChanged, zone: tzinfo) -> Json:
    trigger = parts.progress_trigger(message.trigger, zone)
    return {
        "member": parts.customer(message.customer),
        "achievement": {
            "achievementId": message.achievement_id,
            "achievementName": message.achievement_name,
            "limitReached": message.limit_reached,
            "manuallyEdited": message.by_hand,
            "memberProgress": {
                "completedCount": message.progress.completed,
                "reset": False,
                "rules": [_rule(message, message.progress)],
            },
            "previousMemberProgress": {
                "completedCount": message.previous.completed,
                "rules": [_rule(message, message.previous)],
            },
        },
        "triggerType": trigger["type"],
        "trigger": trigger,
    }


def _rule(message: MemberAchievementProgressWasChanged, view: ProgressView) -> Json:
    title = {"name": message.achievement_name} | known(description=message.description)
    return {
        "achievementRuleId": message.rule_id,
        **parts.progress(view),
        "type": "direct",
        "trigger": message.rule_trigger,
        "translations": {"en": title},
    }


def _reward_bought(message: CustomerBoughtReward, zone: tzinfo) -> Json:
    cause = parts.cause(message.cause or Cause(), zone)
    del cause["performedAt"]  # which only this message lacks
    coupon = message.coupon
    shown = None if coupon is None else {"status": coupon.status} | parts.coupon(coupon, zone)
    return known(coupon=shown) | {
        "customer": parts.customer(message.customer),
        "reward": _reward(message.reward),
        "rewardRedemption": {"redeemedRewardId": message.issued_id},
        "costInPoints": number(message.cost),
        "actionCause": cause,
    }


def _status_changed(message: RewardRedemptionStatusChanged, zone: tzinfo) -> Json:
    issued, old, new = message.issued, message.old, message.new
    shown = None if issued.coupon is None else parts.coupon(issued.coupon, zone)
    return {
        "issuedReward": {
            "issuedRewardId": issued.id,
            "token": issued.token,
            "name": issued.reward.name,
            "customerId": message.customer.id,
            "status": issued.status,
            "costInPoints": number(issued.cost),
            "redemptionDate": instant(issued.issued_at, zone),
            "customerData": dict(issued.owner),
            "rewardType": issued.reward.kind,
            "rewardId": issued.reward.id,
            **known(issuedCoupon=shown),
        },
        "newStatus": new.status,
        "newComment": new.comment,
        "newDate": instant(new.at, zone),
        "oldStatus": old.status,
        "oldComment": old.comment,
        "oldDate": instant(old.at, zone),
    }


def _transaction(message: TransactionRegistered | TransactionAssignedToCustomer, zone: tzinfo) -> Json:
    if isinstance(message, TransactionRegistered):
        return parts.transaction(message.transaction, zone)
    return {
        "transactionId": message.transaction.id,
        "grossValue": number(message.transaction.gross),
        "customer": parts.customer(message.customer),
    }
