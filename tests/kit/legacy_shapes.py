"""The documented shapes of the data of messages in legacy mode; the marks are those of `webhook_shapes`."""

from tests.kit.shapes import COUNT, ID, NUMBER, TEXT, TIME, Nullable, Shape, words
from tests.kit.webhook_shapes import FLAT_CUSTOMER, ITEM, PAYER, REGISTRATION

_ONLY_ID = {"customerId!": ID}
_LEVEL = {"customerId!": ID, "levelId!": ID, "levelName!": TEXT}
_LEGACY_CUSTOMER = {"customerId!": ID} | {name: shape for name, shape in FLAT_CUSTOMER.items() if name != "customerId"}

LEGACY: dict[str, Shape] = {
    "transaction.registered": {
        "transactionId!": ID,
        "transactionData!": {
            "documentType!": TEXT,
            "documentNumber!": TEXT,
            "purchasePlace!": Nullable(TEXT),
            "purchaseDate!": TIME,
        },
        "customerData!": PAYER,
        "items!": [ITEM],
        "posId!": Nullable(TEXT),
    },
    "transaction.assigned_to_customer": {"transactionId!": ID, "customerId!": ID, "grossValue!": NUMBER},
    "account.available_points_amount_changed": {
        "customerId!": ID,
        "amount!": NUMBER,
        "amount_change!": NUMBER,
        "amount_change_type!": words("add", "subtract", "p2p_add", "p2p_subtract"),
    },
    "account.expiring_points_notification": [_LEGACY_CUSTOMER | {"points!": NUMBER, "pointsWillExpire!": TIME}],
    "account.expiring_level_notification": [
        _LEGACY_CUSTOMER | {"levelId!": ID, "levelName!": TEXT, "futureLevelId!": ID, "futureLevelName!": TEXT}
    ],
    "campaign.coupon_expiration": [
        {
            "customerId!": ID,
            "customerEmail": TEXT,
            "customerLoyaltyCardNumber": TEXT,
            "customerPhone": TEXT,
            "coupon!": TEXT,
            "couponExpiresAt": COUNT,
            "couponStatus!": TEXT,
        }
    ],
    "customer.registered": {"customerId!": ID, "data!": REGISTRATION},
    "customer.updated": _ONLY_ID,
    "customer.deactivated": _ONLY_ID,
    "customer.level_changed_automatically": _LEVEL | {"levelMove!": words("up", "down")},
    "customer.level_changed": _LEVEL,
}
"""The `data` of legacy messages by their `type`; other messages carry their current data."""
