"""The documented shapes of messages in the envelope, whose own times are in UTC.

The marks are those of `webhook_shapes`.
"""

from tests.kit.shapes import ANYTHING, COUNT, EMAIL, FLAG, ID, NUMBER, OBJECT, TEXT, TIME, Nullable, Shape, words

_COUPON_OF_BOOK = {
    "code!": TEXT,
    "createdAt!": TIME,
    "updatedAt!": TIME,
    "expiredAt!": Nullable(TIME),
    "totalUsages!": COUNT,
    "totalAssigned!": COUNT,
    "couponBookKey!": TEXT,
    "customAttributes!": ANYTHING,
}
_USAGE = {
    "coupon!": _COUPON_OF_BOOK,
    "createdAt!": TIME,
    "updatedAt!": TIME,
    "amountUsed!": COUNT,
    "amountAssigned!": COUNT,
    "couponUsageKey!": TEXT,
    "revertedUsageId!": ANYTHING,
    "systemUniqueKey!": ID,
    "customAttributes!": ANYTHING,
    "updatedTotalUsages!": COUNT,
    "updatedTotalAssigned!": COUNT,
}
_BOOK = {
    "couponBookKey!": TEXT,
    "name!": TEXT,
    "type!": TEXT,
    "externalId!": Nullable(TEXT),
    "pictureUrl!": Nullable(TEXT),
    "description!": Nullable(TEXT),
    "validToDate!": Nullable(TIME),
    "validFromDate!": Nullable(TIME),
    "discountType!": words("percentage", "amount"),
    "discountAmount!": NUMBER,
    "tags!": ANYTHING,
    "customAttributes!": ANYTHING,
}
_PROFILE = {
    "name!": Nullable(TEXT),
    "email!": Nullable(EMAIL),
    "govId!": ANYTHING,
    "lastName!": Nullable(TEXT),
    "birthdate!": Nullable(TIME),
    "phoneNumber!": Nullable(TEXT),
}
_MEMBERSHIP = {"active!": FLAG, "loyaltyMemberId!": ID, "publicLoyaltyMemberId!": Nullable(TEXT)}

_TIER = {
    "loyaltyTierId!": COUNT,
    "loyaltyProgramId!": COUNT,
    "loyaltyManualTierId!": Nullable(COUNT),
    "loyaltySystemTierId!": Nullable(COUNT),
}
_COUPON_CODE: tuple[Shape, Shape] = (
    {"usage!": _USAGE | {"loyaltyMemberId!": ID}, "couponBook!": _BOOK},
    _USAGE,
)

ENVELOPE: dict[str, tuple[Shape, Shape]] = {
    "member-created": (
        _MEMBERSHIP | {"profile!": _PROFILE},
        {
            "tiers!": [_TIER],
            "active!": FLAG,
            "onChain!": {"wallets!": [OBJECT]},
            "profile!": _PROFILE | {"emails!": [EMAIL]},
            "createdAt!": TIME,
            "updatedAt!": TIME,
            "organizations!": [_MEMBERSHIP | {"createdAt!": TIME, "updatedAt!": TIME}],
            "ledgerWalletId!": Nullable(COUNT),
            "ledgerWalletKey!": Nullable(TEXT),
        },
    ),
    "coupon-code-assigned": _COUPON_CODE,
    "coupon-code-used": _COUPON_CODE,
}
"""The `payload` and the `executionResults` of events by their `eventType`; others carry their current data as both."""

ENVELOPE_EVENT = {
    "loyaltyEventKey!": TEXT,
    "eventType!": TEXT,
    "status!": TEXT,
    "loyaltyMemberId": Nullable(ID),
    "loyaltyEventId": TEXT,
    "payload!": ANYTHING,
    "executionResults!": ANYTHING,
    "evaluationStatus!": COUNT,
    "evaluationResults!": ANYTHING,
    "externalEventDate!": Nullable(TIME),
    "externalId!": Nullable(TEXT),
    "systemUniqueKey!": ID,
    "lastError!": Nullable(TEXT),
    "description!": Nullable(TEXT),
    "tags!": ANYTHING,
    "createdAt!": TIME,
    "updatedAt!": TIME,
}
"""What stands in every `{"event": ...}`."""
