"""Messages in the three formats have the documented shapes."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import pytest

from loyalty.store.webhooks import WebhookFormat
from loyalty.webhooks import messages as m
from rules import exact
from tests.kit import envelope_shapes, legacy_shapes, webhook_shapes
from tests.kit.shapes import faults
from tests.loyalty.webhooks.message_examples import (
    ANN,
    ANONYMOUS,
    COUPON,
    EVERY_MESSAGE,
    EXPIRING,
    GOLD,
    LOGIN,
    REGISTERED,
    SILVER,
    effect_applied,
    points_changed,
    progress_changed,
    rendered,
    reward_bought,
    some_id,
    transfer_added,
)


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=m.event_name)
def test_every_message_has_the_documented_shape(message):
    body = rendered(message)

    assert faults(webhook_shapes.BODY, body, "body") == []
    assert faults(webhook_shapes.CURRENT[m.event_name(message)], body["data"]) == []


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=m.event_name)
def test_every_message_in_legacy_mode_has_its_documented_shape_or_the_current_one(message):
    body = rendered(message, "legacy")

    shape = legacy_shapes.LEGACY.get(body["type"], webhook_shapes.CURRENT[m.event_name(message)])

    assert body.keys() == {"type", "data"}
    assert faults(shape, body["data"]) == []


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=m.event_name)
def test_every_message_in_an_envelope_has_its_documented_shape_or_the_current_one(message):
    body = rendered(message, "envelope")
    event = body["event"]

    current = webhook_shapes.CURRENT[m.event_name(message)]
    payload, results = envelope_shapes.ENVELOPE.get(event["eventType"], (current, current))

    assert body.keys() == {"event"}
    assert faults(envelope_shapes.ENVELOPE_EVENT, event, "event") == []
    assert faults(payload, event["payload"], "payload") == []
    assert faults(results, event["executionResults"], "executionResults") == []


def test_every_documented_shape_of_the_other_formats_is_compared_with_a_message():
    legacy = {rendered(message, "legacy")["type"] for message in EVERY_MESSAGE}
    in_envelopes = {rendered(message, "envelope")["event"]["eventType"] for message in EVERY_MESSAGE}

    assert legacy_shapes.LEGACY.keys() <= legacy
    assert envelope_shapes.ENVELOPE.keys() <= in_envelopes


def test_every_message_that_is_sent_is_compared_with_its_shape():
    assert {type(message) for message in EVERY_MESSAGE} == set(m.MESSAGES)


def test_a_subscription_may_name_every_documented_event():
    assert set(m.EVENT_NAMES) == webhook_shapes.CURRENT.keys()


def test_the_names_begin_with_those_of_the_panel_and_never_repeat():
    assert m.EVENT_NAMES[:3] == ("TransactionRegistered", "PointsWillExpire", "LevelWillExpire")
    assert len(m.EVENT_NAMES) == len(set(m.EVENT_NAMES)) == 29


def test_every_kind_of_message_has_an_example():
    assert {type(message) for message in EVERY_MESSAGE} == set(get_args(m.Message))
    assert {m.event_name(message) for message in EVERY_MESSAGE} <= set(m.EVENT_NAMES)


def test_the_current_format_names_message_request_event_and_store():
    body = rendered(points_changed())

    assert {**body, "data": ...} == {
        "messageId": some_id("message"),
        "requestId": some_id("request"),
        "eventName": "AvailablePointsAmountChanged",
        "storeCode": "DEFAULT",
        "createdAt": "2024-05-01T14:00:00.000+02:00",
        "data": ...,
    }
    assert body["data"]["amount"] == 125
    assert body["data"]["wallet"]["walletType"]["createdAt"] == "2024-04-01T14:00:00+02:00"
    assert body["data"]["actionCause"] == {
        "campaignId": some_id("reactor"),
        "customerId": ANN.id,
        "transactionId": None,
        "customEventId": some_id("event"),
        "internalEventName": None,
        "performedAt": "2024-05-01T14:00:00+02:00",
    }


def test_fields_that_a_member_lacks_are_left_out():
    body = rendered(m.CustomerLevelChanged(customer=ANONYMOUS, level=GOLD, up=True))

    assert body["data"]["customer"] == {"customerId": ANONYMOUS.id}


def test_a_change_by_hand_has_no_cause():
    body = rendered(points_changed(cause=None))

    assert body["data"]["actionCause"] is None


@pytest.mark.parametrize(
    ("amount", "text"), [("125.0", "125"), ("1E+2", "100"), ("18.50", "18.5"), ("0.10", "0.1"), ("-3", "-3")]
)
def test_amounts_are_plain_numbers(amount, text):
    data = rendered(points_changed(amount=Decimal(amount)))["data"]

    assert str(data["amount"]) == text
    assert type(data["amount"]) in (int, Decimal)


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_a_number_that_is_not_finite_is_never_sent(amount):
    with pytest.raises(ValueError, match="is not an amount"):
        rendered(points_changed(amount=Decimal(amount)))


def test_a_time_without_an_offset_is_never_sent():
    naive = replace(EXPIRING, expires_at=datetime(2024, 5, 1))  # noqa: DTZ001  (the mistake under test)

    with pytest.raises(ValueError, match="has no offset"):
        rendered(naive)


def test_a_streak_is_days_in_a_row_towards_a_goal_of_one_a_day():
    achievement = rendered(progress_changed())["data"]["achievement"]

    rule = achievement["memberProgress"]["rules"][0]
    before = achievement["previousMemberProgress"]["rules"][0]

    assert rule["periodType"] == "day"
    assert (rule["periodGoal"], rule["currentPeriodValue"], rule["consecutivePeriods"]) == (1, 1, 7)
    assert (rule["completedConsecutivePeriods"], before["completedConsecutivePeriods"]) == (3, 2)


@pytest.mark.parametrize(
    ("window", "period"),
    [("all", "overall"), ("day", "day"), ("month", "month"), ("year", "year"), ("last", "last_day")],
)
def test_other_windows_count_one_value_towards_the_goal(window, period):
    message = progress_changed(progress=m.ProgressView(2, Decimal("2.5"), Decimal(10), window))

    rule = rendered(message)["data"]["achievement"]["memberProgress"]["rules"][0]

    assert (rule["periodType"], rule["periodGoal"], rule["currentPeriodValue"]) == (
        period,
        10,
        Decimal("2.5"),
    )
    assert (rule["consecutivePeriods"], rule["completedConsecutivePeriods"]) == (None, 0)


def test_an_attempt_carries_an_id_of_its_own_and_the_number_of_the_message():
    first = rendered(points_changed())

    second = m.as_sent(first, "another", number=7)

    assert {key for key in second if first.get(key) != second[key]} == {"requestId", "sequence"}
    assert second["sequence"] == 7
    assert m.as_sent(rendered(points_changed(), "legacy"), "another", number=7) == rendered(points_changed(), "legacy")


LEGACY: list[tuple[m.Message, dict[str, Any]]] = [
    (
        points_changed(),
        {
            "type": "account.available_points_amount_changed",
            "data": {"customerId": ANN.id, "amount": 125, "amount_change": 25, "amount_change_type": "add"},
        },
    ),
    (
        EXPIRING,
        {
            "type": "account.expiring_points_notification",
            "data": [
                {
                    "customerId": ANN.id,
                    "customerEmail": "ann@example.com",
                    "customerPhone": "+48600700800",
                    "customerLoyaltyCardNumber": "CARD-7",
                    "customerFirstName": "Ann",
                    "customerLastName": "Lis",
                    "points": Decimal("18.5"),
                    "pointsWillExpire": "2024-05-01T14:00:00+02:00",
                }
            ],
        },
    ),
    (
        m.CouponWillExpire(customer=ANONYMOUS, coupon=COUPON),
        {
            "type": "campaign.coupon_expiration",
            "data": [
                {
                    "customerId": ANONYMOUS.id,
                    "coupon": "BEAN-5",
                    "couponExpiresAt": 1717156800,
                    "couponStatus": "issued",
                }
            ],
        },
    ),
    (
        m.CustomerLevelChanged(customer=ANN, level=SILVER, up=False),
        {
            "type": "customer.level_changed_automatically",
            "data": {"customerId": ANN.id, "levelId": SILVER.id, "levelName": "Silver", "levelMove": "down"},
        },
    ),
    (
        m.CustomerLevelChanged(customer=ANN, level=GOLD, up=True, by_hand=True),
        {
            "type": "customer.level_changed",
            "data": {"customerId": ANN.id, "levelId": GOLD.id, "levelName": "Gold"},
        },
    ),
]


@pytest.mark.parametrize(("message", "expected"), LEGACY, ids=lambda value: getattr(value, "__name__", None))
def test_legacy_mode_has_the_shapes_of_the_earlier_version(message, expected):
    assert rendered(message, "legacy") == expected


def test_legacy_registration_wraps_what_was_submitted():
    body = rendered(REGISTERED, "legacy")

    assert body["type"] == "customer.registered"
    assert body["data"]["customerId"] == ANN.id
    assert body["data"]["data"]["birthDate"] == "1990-07-14T00:00:00+02:00"


def test_legacy_level_expiry_is_a_list_of_one():
    body = rendered(m.LevelWillExpire(customer=ANN, level=GOLD, future=SILVER), "legacy")

    assert body["type"] == "account.expiring_level_notification"
    assert [level["futureLevelName"] for level in body["data"]] == ["Silver"]


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (reward_bought(), "customer.bought_reward"),
        (effect_applied(LOGIN), "campaign.effect_was_applied"),
        (progress_changed(), "member.achievement_progress_was_changed"),
        (transfer_added(), "units.transfer_was_added"),
    ],
)
def test_a_message_that_legacy_mode_never_had_carries_its_current_data(message, kind):
    assert rendered(message, "legacy") == {"type": kind, "data": rendered(message)["data"]}


ENVELOPE_KEYS = {
    "loyaltyEventKey",
    "eventType",
    "status",
    "payload",
    "executionResults",
    "evaluationStatus",
    "evaluationResults",
    "externalEventDate",
    "externalId",
    "systemUniqueKey",
    "lastError",
    "description",
    "tags",
    "createdAt",
    "updatedAt",
}


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=m.event_name)
def test_the_envelope_always_has_the_same_keys_but_for_whom_it_is_about(message):
    event = rendered(message, "envelope")["event"]

    whose = {"loyaltyEventId"} if event["eventType"] == "member-created" else {"loyaltyMemberId"}
    assert event.keys() == ENVELOPE_KEYS | whose
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", event["eventType"])
    assert re.fullmatch(r"ev_[0-7][0-9A-HJKMNP-TV-Z]{25}", event["loyaltyEventKey"])


def test_the_envelope_has_the_origin_of_the_event():
    event = rendered(points_changed(), "envelope")["event"]

    assert event["eventType"] == "available-points-amount-changed"
    assert event["loyaltyEventKey"] == "ev_01HWT1C7G0E008000000000001"
    assert (event["externalEventDate"], event["externalId"]) == ("2024-05-01T12:00:00.000Z", "till-9")
    assert (event["evaluationResults"], event["systemUniqueKey"]) == ({"reactors": []}, some_id("message"))
    assert event["payload"] == rendered(points_changed())["data"]


def test_a_new_member_is_created_in_the_envelope():
    event = rendered(REGISTERED, "envelope")["event"]

    assert (event["eventType"], event["payload"]["loyaltyMemberId"]) == ("member-created", ANN.id)
    assert event["payload"]["profile"]["birthdate"] == "1990-07-13T22:00:00.000Z"
    assert event["executionResults"]["profile"]["emails"] == ["ann@example.com"]
    assert event["executionResults"]["organizations"][0]["publicLoyaltyMemberId"] == "CARD-7"


def test_a_bought_coupon_is_assigned_in_the_envelope():
    event = rendered(reward_bought(), "envelope")["event"]
    usage, book = event["payload"]["usage"], event["payload"]["couponBook"]

    assert event["eventType"] == "coupon-code-assigned"
    assert usage["coupon"]["couponBookKey"] == book["couponBookKey"]
    assert (usage["coupon"]["totalAssigned"], usage["updatedTotalAssigned"]) == (0, 1)
    assert usage["couponUsageKey"].startswith("cbu_")
    assert event["systemUniqueKey"] == event["executionResults"]["systemUniqueKey"] == some_id("issued")
    assert "loyaltyMemberId" not in event["executionResults"]


def test_a_material_reward_is_bought_in_the_envelope():
    event = rendered(reward_bought(coupon=None), "envelope")["event"]

    assert event["eventType"] == "customer-bought-reward"


def test_times_are_on_the_clock_of_the_store_in_summer_and_winter():
    winter = datetime(2024, 12, 1, 12, 0, tzinfo=timezone(timedelta(hours=-5)))

    data = rendered(replace(EXPIRING, expires_at=winter))["data"]

    assert data["pointsWillExpire"] == "2024-12-01T18:00:00+01:00"


@pytest.mark.parametrize("form", get_args(WebhookFormat))
@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=m.event_name)
def test_every_message_is_exact_json(message, form):
    body = rendered(message, form)

    assert exact.loads(exact.dumps(body)) == body
