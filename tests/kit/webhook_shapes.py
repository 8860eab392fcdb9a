"""The documented shapes of webhooks in the current format: the whole body, and the data of each message.

`name!` is documented as always there. A field without `!` may be left out; one that is not `Nullable` is never null.
"""

from tests.kit.shapes import (
    ANYTHING,
    COUNT,
    EMAIL,
    FLAG,
    ID,
    NUMBER,
    OBJECT,
    TEXT,
    TIME,
    Nullable,
    Shape,
    one_of,
    words,
)

PERIOD = words("calendarHours", "calendarDays", "calendarWeeks", "calendarMonths", "calendarYears")
ACTION = words("transaction", "custom_event")

CUSTOMER = {"customerId": ID, "email": EMAIL, "phone": TEXT, "loyaltyCardNumber": TEXT, "test": FLAG}
FLAT_CUSTOMER = {
    "customerId": ID,
    "customerEmail": TEXT,
    "customerPhone": TEXT,
    "customerLoyaltyCardNumber": TEXT,
    "customerFirstName": TEXT,
    "customerLastName": TEXT,
}
ADDRESS = dict.fromkeys(("street", "address1", "address2", "postal", "city", "province", "country"), TEXT)
LABEL = {"key": TEXT, "value": ANYTHING}
NAMED = {"name!": TEXT, "description": TEXT}
TRANSLATIONS = {"en!": NAMED, "pl": NAMED}

CAUSE = {
    "campaignId": Nullable(ID),
    "customerId": Nullable(ID),
    "transactionId": Nullable(ID),
    "customEventId": Nullable(ID),
    "internalEventName": Nullable(TEXT),
}
CAUSE_OR_NONE = one_of(CAUSE | {"performedAt": Nullable(TIME)}, ANYTHING)

# -- points

_INTERVAL = {"type": PERIOD, "value": COUNT}
WALLET_TYPE = {
    "name!": TEXT,
    "walletTypeId!": ID,
    "code!": TEXT,
    "unitSingularName!": TEXT,
    "unitPluralName!": TEXT,
    "active!": FLAG,
    "isDefault!": FLAG,
    "createdAt!": TIME,
    "limits!": {
        "points": {"interval": _INTERVAL, "value": NUMBER},
        "pointsPerMember": {"interval": _INTERVAL, "value!": NUMBER},
    },
    "allowNegativeBalance": FLAG,
}
TRANSFER_KIND = words("adding", "spending", "p2p_adding", "p2p_spending", "blocked", "expired")

# -- achievements and campaigns

_PROGRESS_OF_RULE = {
    "achievementRuleId": TEXT,
    "periodGoal": NUMBER,
    "currentPeriodValue": NUMBER,
    "periodType": TEXT,
    "consecutivePeriods": Nullable(COUNT),
    "completedConsecutivePeriods": COUNT,
    "type": TEXT,
    "trigger": ACTION,
    "translations": TRANSLATIONS,
}
_PREVIOUS_PROGRESS = {"completedCount": COUNT, "rules": [_PROGRESS_OF_RULE]}
_MOVED_ACHIEVEMENT = {
    "achievementId": TEXT,
    "achievementName": TEXT,
    "limitReached": FLAG,
    "manuallyEdited": FLAG,
    "memberProgress": _PREVIOUS_PROGRESS | {"reset": FLAG},
}
_LIMIT = {"value": COUNT, "interval": {"type": PERIOD, "value": COUNT}}
ACHIEVEMENT = {
    "achievementId!": ID,
    "active!": FLAG,
    "activity": {"data": one_of(TEXT, {"from": TEXT, "to": TEXT}, [TEXT]), "operator": TEXT},
    "limit": _LIMIT,
    "translations!": TRANSLATIONS,
    "rules!": [
        {
            "trigger!": TEXT,
            "type!": TEXT,
            "completeRule!": {"periodGoal": COUNT, "period": {"type": TEXT, "consecutive": COUNT}},
            "conditions!": [{"operator": TEXT, "data": [TEXT], "attribute": TEXT}],
            "aggregation!": {"type": TEXT},
            "limit!": _LIMIT,
            "translations!": TRANSLATIONS,
        }
    ],
}

_ANY_TRIGGER = {"triggerId": ID, "createdAt": TIME}
_RELATED_ACHIEVEMENT = {
    "achievementId": ID,
    "achievementName": TEXT,
    "limitReached": FLAG,
    "memberProgress": {
        "completedCount": COUNT,
        "rules": [
            {
                "achievementRuleId": TEXT,
                "periodGoal": NUMBER,
                "currentPeriodValue": NUMBER,
                "consecutivePeriods": COUNT,
                "completedConsecutivePeriods": COUNT,
                "periodType": TEXT,
                "type": TEXT,
                "trigger": TEXT,
                "periodValue": NUMBER,
            }
        ],
    },
    "lastTrigger": {"triggerId": ID, "triggerType": ACTION},
}
TRIGGER = one_of(
    _ANY_TRIGGER | {"type": words("transaction"), "purchasedAt!": TIME, "documentNumber!": TEXT},
    _ANY_TRIGGER | {"type": words("custom_event"), "eventDate!": TIME, "eventId": TEXT},
    _ANY_TRIGGER | {"type": words("internal_event"), "payload!": OBJECT},
    _ANY_TRIGGER | {"type": words("custom_event_unique_code")},
    _ANY_TRIGGER | {"type": words("achievement"), "relatedAchievement!": _RELATED_ACHIEVEMENT},
    _ANY_TRIGGER | {"type": words("return_transaction")},
)
CAMPAIGN = {
    "triggerType!": words(
        "transaction",
        "custom_event",
        "internal_event",
        "achievement",
        "return_transaction",
        "custom_event_unique_code",
    ),
    "campaignId!": TEXT,
    "name!": TEXT,
    "trigger": TRIGGER,
}

# -- rewards

_SPAN = {"allTime!": FLAG, "from": TIME, "to": TIME}
_AMOUNT_IN_PERIOD = {"interval": {"type": PERIOD}, "value!": NUMBER}
REWARD = {
    "rewardId": ID,
    "active": FLAG,
    "fulfillmentTracking": FLAG,
    "canBeBoughtManually": FLAG,
    "type": TEXT,
    "name": TEXT,
    "price": NUMBER,
    "levels": [ID],
    "segments": [ID],
    "categories": [ID],
    "photos": [OBJECT],
    "translations": [{"name": TEXT, "id": COUNT, "locale": TEXT}],
    "createdAt": TIME,
    "activity": _SPAN,
    "visibility": _SPAN,
    "labels": [{"key!": TEXT, "value!": TEXT}],
    "featured": FLAG,
    "public": FLAG,
    "costInPoints": Nullable(NUMBER),
    "usageLimit": {"perUser!": NUMBER, "general": NUMBER},
    "limits": {"general": _AMOUNT_IN_PERIOD, "perMember": _AMOUNT_IN_PERIOD},
}
_COUPON = {"code": TEXT, "value": NUMBER, "activeFrom": TIME, "activeTo": TIME}
_BUYER = dict.fromkeys(("email", "firstName", "lastName", "companyName", "nip", "phone", "loyaltyCardNumber"), TEXT)
_ISSUED_REWARD = {
    "issuedRewardId": TEXT,
    "token": TEXT,
    "name": TEXT,
    "customerId": TEXT,
    "status": TEXT,
    "costInPoints": NUMBER,
    "tax": NUMBER,
    "taxPriceValue": NUMBER,
    "price": NUMBER,
    "redemptionDate": TIME,
    "customerData": _BUYER | {"address": ADDRESS},
    "rewardType": TEXT,
    "rewardId": TEXT,
    "issuedCoupon": _COUPON,
}

# -- members and purchases

REGISTRATION = {
    "referralToken": TEXT,
    "firstName": TEXT,
    "lastName": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "gender": TEXT,
    "birthDate": TIME,
    "registeredAt": TIME,
    "address": ADDRESS,
    "company": {"name": TEXT, "nip": TEXT},
    "loyaltyCardNumber": TEXT,
    "customAttributes": [LABEL],
    "agreement1": FLAG,
    "agreement2": FLAG,
    "agreement3": FLAG,
}
ITEM = {
    "sku": {"code": TEXT},
    "name": TEXT,
    "quantity": COUNT,
    "grossValue": NUMBER,
    "category": TEXT,
    "maker": TEXT,
    "labels": [LABEL],
}
PAYER = dict.fromkeys(("email", "name", "nip", "phone", "loyaltyCardNumber"), TEXT) | {"address": ADDRESS}
_WITH_CODE = {"customer": CUSTOMER, "code": TEXT, "codeNumber": COUNT}

CURRENT: dict[str, Shape] = {
    "AchievementCreated": {"achievement": ACHIEVEMENT},
    "AchievementUpdated": {"achievement": ACHIEVEMENT},
    "AchievementsWereProcessed": [
        {
            "member": CUSTOMER,
            "achievement": _MOVED_ACHIEVEMENT,
            "triggerType": ACTION,
            "trigger": {"triggerId": ID, "type": ACTION},
        }
    ],
    "AvailablePointsAmountChanged": {
        "customer": CUSTOMER,
        "accountId": ID,
        "amount": NUMBER,
        "amountChange": NUMBER,
        "amountChangeType": TEXT,
        "transferId": ID,
        "wallet": {"walletId": TEXT, "walletType": WALLET_TYPE},
        "actionCause": CAUSE_OR_NONE,
    },
    "CampaignCreated": {"campaign": CAMPAIGN},
    "CampaignEffectWasApplied": {
        "member": CUSTOMER,
        "campaign": CAMPAIGN,
        "effectsGiven": [
            {
                "status": TEXT,
                "target": TEXT,
                "walletTypeCode": Nullable(TEXT),
                "type": TEXT,
                "points": NUMBER,
                "couponValue": NUMBER,
                "rewardId": TEXT,
            }
        ],
        "redemptionCode": TEXT,
    },
    "CampaignUpdated": {"campaign": CAMPAIGN},
    "CouponCodeWasUsed": {
        "customer": CUSTOMER,
        "issuedCoupon": _COUPON | {"valueType": TEXT, "usedAt": TIME},
        "reward": {"rewardId": ID, "rewardName": TEXT, "rewardType": TEXT},
        "rewardRedemption": {"redeemedRewardId": ID},
    },
    "CouponWillExpire": {"customer": CUSTOMER, "issuedCoupon": _COUPON | {"valueType": TEXT, "usedAt": TIME}},
    "CustomerBoughtReward": {
        "customer": CUSTOMER,
        "coupon": _COUPON | {"status": TEXT, "usedAt": TIME},
        "reward": {"rewardId": ID, "rewardName": TEXT, "rewardType": TEXT},
        "rewardRedemption": {"redeemedRewardId": ID},
        "costInPoints": NUMBER,
        "actionCause": CAUSE,
    },
    "CustomerDeactivated": {"customer": CUSTOMER},
    "CustomerEmailWasChanged": _WITH_CODE,
    "CustomerLevelChanged": {
        "customer": CUSTOMER,
        "level": {"levelId": TEXT, "name": TEXT, "levelMoveUp": FLAG, "levelMoveDown": FLAG},
    },
    "CustomerPhoneNumberWasChanged": _WITH_CODE,
    "CustomerRegistered": {"customerId": ID, "customerData": REGISTRATION},
    "CustomerRequestedPasswordReset": _WITH_CODE,
    "CustomerRequestedSendActivationCode": _WITH_CODE,
    "CustomerUpdated": {"customer": CUSTOMER},
    "CustomerWasRegisteredWithoutActivation": _WITH_CODE,
    "LevelWillExpire": FLAT_CUSTOMER | {"levelId": ID, "levelName": TEXT, "futureLevelId": ID, "futureLevelName": TEXT},
    "MemberAchievementProgressWasChanged": {
        "member": CUSTOMER,
        "achievement": _MOVED_ACHIEVEMENT | {"previousMemberProgress": _PREVIOUS_PROGRESS},
        "triggerType": ACTION,
        "trigger": {
            "triggerId!": ID,
            "type!": ACTION,
            "createdAt!": TIME,
            "purchasedAt": TIME,
            "documentNumber": TEXT,
            "eventDate": TIME,
            "eventId": TEXT,
        },
    },
    "PointsWillExpire": {"accountId": ID, "points": NUMBER, "remainingUnits": NUMBER, "pointsWillExpire": TIME},
    "RewardCreated": {"reward": REWARD},
    "RewardRedemptionStatusChanged": {
        "issuedReward": _ISSUED_REWARD,
        "newStatus": TEXT,
        "newComment": TEXT,
        "newDate": TIME,
        "oldStatus": TEXT,
        "oldComment": TEXT,
        "oldDate": TIME,
    },
    "RewardUpdated": {"reward": REWARD},
    "SegmentMembershipDropped": {
        "segment": {"segmentId": ID, "segmentName": TEXT, "previousCount": COUNT, "newCount": COUNT}
    },
    "TransactionAssignedToCustomer": {"transactionId": ID, "grossValue": NUMBER, "customer": CUSTOMER},
    "TransactionRegistered": {
        "transactionId": ID,
        "documentNumber": TEXT,
        "purchasedAt": TIME,
        "documentType": TEXT,
        "customerData": PAYER,
        "items": [ITEM],
        "channelId": ID,
    },
    "UnitsTransferWasAdded": {
        "member": CUSTOMER,
        "wallet": {"walletId": ID, "walletType": WALLET_TYPE},
        "createdAt": TIME,
        "expiresAt": TIME,
        "units": NUMBER,
        "comment": TEXT,
        "type": TRANSFER_KIND,
        "pending": FLAG,
        "lockedUntil": TIME,
        "transferId": ID,
        "relatedTransferId": ID,
        "actionCause": CAUSE_OR_NONE,
    },
}
"""The `data` of each message by its `eventName`."""

BODY = {
    "messageId!": ID,
    "requestId!": ID,
    "eventName!": words(*CURRENT),
    "storeCode!": TEXT,
    "createdAt!": TIME,
    "data!": ANYTHING,
    "sequence": NUMBER,
}
"""The whole body in the current format."""
