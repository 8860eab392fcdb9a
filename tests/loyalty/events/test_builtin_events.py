"""The events that Laurel reports itself."""

import pytest

from loyalty.events.builtin_events import BUILT_IN

TIME = "2024-05-01T09:00:00Z"
TRANSACTION = {
    "transaction": "t",
    "document_number": "A",
    "purchase_place": None,
    "channel": "web",
    "gross_value": 20,
    "labels": {"till": "7"},
    "items": [
        {
            "sku": "beans",
            "name": "Beans",
            "category": "coffee",
            "maker": None,
            "quantity": 1.5,
            "gross_value": 20,
            "labels": {"weight": 2, "organic": True},
        }
    ],
}
TRANSFER = {"wallet": "points", "points": 1, "balance": 1, "transfer": "t", "comment": ""}
ISSUED = {"reward": "coffee", "issued_reward": "i", "coupon": None}
BODIES = {
    "member_registered": {},
    "member_updated": {"fields": ["email"]},
    "member_registered_without_activation": {"code_id": "c"},
    "member_activation_code_requested": {"code_id": "c"},
    "member_password_reset_requested": {"code_id": "c"},
    "member_email_change_requested": {"code_id": "c"},
    "member_phone_change_requested": {"code_id": "c"},
    "member_referred": {"referrer": "m"},
    "member_referral_removed": {"referrer": "m"},
    "member_password_changed": {},
    "member_deactivated": {},
    "member_frozen": {"reason": "r"},
    "member_unfrozen": {"reason": ""},
    "member_activated": {},
    "members_merged": {"merge": "i", "merged": "m", "fields": ["email"]},
    "member_merge_requested": {"merge": "i", "merged": "m"},
    "member_closed": {"reason": "anonymise"},
    "member_anonymised": {"was_active": True},
    "tier_changed": {"from": None, "to": "gold", "up": True},
    "tier_will_expire": {"tier": "gold", "to": "bronze", "expires_at": TIME},
    "achievement_progress_set": {
        "achievement": "a",
        "progress": 1,
        "completed": 0,
        "previous_progress": 0,
        "previous_completed": 0,
    },
    "badges_set": {"badge": "b", "times": 1, "previous_times": 0},
    "tier_kept": {"tier": "gold", "until": TIME},
    "tier_assigned": {"tier": "gold", "direction": "floor", "until": None},
    "tier_unassigned": {"tier": "gold"},
    "achievement_completed": {"achievement": "seven-days", "times": 1},
    "badge_granted": {"badge": "early-bird"},
    "points_activated": {"wallet": "points", "points": 1, "balance": 1, "lot": "l"},
    "points_will_expire": {"wallet": "points", "points": 1.5, "awarded": 2, "lot": "l", "expires_at": TIME},
    "points_expired": {"wallet": "points", "points": 1, "balance": 0, "lot": "l", "expires_at": TIME},
    "points_added": TRANSFER | {"pending": False, "expires_at": None},
    "points_spent": TRANSFER,
    "points_held": TRANSFER | {"until": TIME},
    "points_captured": TRANSFER | {"hold": "t"},
    "points_released": TRANSFER,
    "points_sent": TRANSFER | {"receiver": "m"},
    "points_received": TRANSFER | {"sender": "m"},
    "points_transfer_cancelled": TRANSFER | {"cancelled": "t", "kind": "spend"},
    "reward_issued": ISSUED | {"origin": "bought", "wallet": "points", "points": 10},
    "reward_used": ISSUED,
    "reward_reissued": ISSUED,
    "reward_cancelled": ISSUED | {"wallet": None, "points": 0, "comment": ""},
    "reward_status_changed": ISSUED | {"from": "issued", "to": "shipped", "comment": ""},
    "coupon_began": ISSUED | {"begins_at": TIME},
    "coupon_will_expire": {"reward": "coffee", "issued_reward": "i", "coupon": "C", "expires_at": TIME},
    "transaction": TRANSACTION,
    "transaction_returned": TRANSACTION | {"sale": "s", "sale_document_number": "A", "whole": False},
    "transaction_registered": {"transaction": "t", "document_number": "A"},
    "coupon_expired": {"reward": "coffee", "issued_reward": "i", "coupon": "C", "expires_at": TIME},
}


def test_every_built_in_event_has_a_body_here() -> None:
    assert set(BUILT_IN) == set(BODIES)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_has_all_fields_that_rules_may_read_and_no_other(name: str) -> None:
    schema, body = BUILT_IN[name].body, BODIES[name]

    assert schema.is_valid(body)
    assert not schema.is_valid({**body, "more": 1})
    assert not any(schema.is_valid({k: v for k, v in body.items() if k != key}) for key in body)
