"""The three events that the envelope describes in full, field for field: the same names in the same places."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalty.ids import named_id
from loyalty.webhooks import messages as m

NOW = datetime(2026, 5, 1, 12, 30, 15, 250_000, tzinfo=UTC)
ANN = m.Customer(
    id=named_id("x", "member", "ann"),
    email="ann@shop.example",
    phone="+48500600700",
    card="C-77",
    first_name="Ann",
    last_name="Nowak",
)
COUPON = m.CouponView(
    code="TEA-42", value=Decimal(15), active_from=NOW, active_to=NOW, value_type="percentage", status="issued"
)
REWARD = m.RewardView(
    named_id("x", "reward", "tea"), "Free tea", "dynamic_coupon", description="A pot", valid_until=NOW
)
ISSUED = named_id("x", "issued", "tea")

PROFILE: dict[str, Any] = {
    "name": "Ann",
    "email": "ann@shop.example",
    "govId": {},
    "lastName": "Nowak",
    "birthdate": "1990-05-01T00:00:00.000Z",
    "phoneNumber": "+48500600700",
}
COMMON: dict[str, Any] = {
    "eventType": "",
    "loyaltyEventKey": "ev_",
    "status": "success",
    "systemUniqueKey": "",
    "createdAt": "",
    "updatedAt": "",
    "externalEventDate": None,
    "evaluationStatus": 0,
    "externalId": None,
    "lastError": None,
    "description": None,
    "tags": None,
    "evaluationResults": None,
}
MEMBER: dict[str, Any] = COMMON | {
    "loyaltyEventId": "17",
    "executionResults": {
        "tiers": [{"loyaltyTierId": 1, "loyaltyProgramId": 1, "loyaltyManualTierId": None, "loyaltySystemTierId": 1}],
        "active": True,
        "onChain": {"wallets": []},
        "profile": PROFILE | {"emails": ["ann@shop.example"]},
        "createdAt": "",
        "updatedAt": "",
        "organizations": [
            {"active": True, "createdAt": "", "updatedAt": "", "loyaltyMemberId": "", "publicLoyaltyMemberId": ""}
        ],
        "ledgerWalletId": 4,
        "ledgerWalletKey": "wal_",
    },
    "payload": {"active": True, "profile": PROFILE, "loyaltyMemberId": "", "publicLoyaltyMemberId": ""},
}


def coupon_event(*, used: int) -> dict[str, Any]:
    usage = {
        "coupon": {
            "code": "TEA-42",
            "createdAt": "",
            "expiredAt": "",
            "updatedAt": "",
            "totalUsages": 0,
            "totalAssigned": used,
            "couponBookKey": "cbk_",
            "customAttributes": None,
        },
        "createdAt": "",
        "updatedAt": "",
        "amountUsed": used,
        "amountAssigned": 1,
        "couponUsageKey": "cbu_",
        "revertedUsageId": None,
        "systemUniqueKey": "",
        "customAttributes": None,
        "updatedTotalUsages": used,
        "updatedTotalAssigned": 1,
    }
    book = {
        "couponBookKey": "cbk_",
        "name": "Free tea",
        "type": "generated",
        "externalId": "",
        "pictureUrl": None,
        "description": "A pot",
        "validToDate": None,
        "validFromDate": None,
        "discountType": "percentage",
        "discountAmount": 15,
        "tags": None,
        "customAttributes": None,
    }
    return COMMON | {
        "loyaltyMemberId": "",
        "executionResults": usage,
        "payload": {"usage": usage | {"loyaltyMemberId": ""}, "couponBook": book},
    }


REGISTERED = m.CustomerRegistered(
    customer=ANN,
    registered_at=NOW,
    birth_date=date(1990, 5, 1),
    tier_number=1,
    wallet_id=named_id("x", "wallet", "ann"),
)
BOUGHT = m.CustomerBoughtReward(
    customer=ANN, reward=REWARD, issued_id=ISSUED, cost=Decimal(0), issued_at=NOW, coupon=COUPON
)
USED = m.CouponCodeWasUsed(
    customer=ANN, reward=REWARD, issued_id=ISSUED, issued_at=NOW, coupon=replace(COUPON, status="used", used_at=NOW)
)


def sent(message: m.Message, *, decision: Any = None) -> Any:
    whole = m.body(
        message,
        format="envelope",
        message_id=named_id("x", "message", "1"),
        request_id=named_id("x", "message", "1"),
        store="DEFAULT",
        created_at=NOW,
        origin=m.Origin(named_id("x", "event", "1"), decision=decision),
        zone=ZoneInfo("Europe/Warsaw"),
    )
    assert whole.keys() == {"event"}
    return whole["event"]


def differences(given: Any, example: Any, path: str = "event") -> list[str]:
    """Where a value has other fields than the example, or another kind of value; what may be null is not compared."""
    if isinstance(given, dict) and isinstance(example, dict) and example:
        wrong = [f"{path}.{name}" for name in given.keys() ^ example.keys()]
        both = given.keys() & example.keys()
        return wrong + [each for name in both for each in differences(given[name], example[name], f"{path}.{name}")]
    if isinstance(given, list) and isinstance(example, list) and given and example:
        return differences(given[0], example[0], f"{path}[0]")
    if given is None or example is None or example == {}:
        return []
    numbers = (int, Decimal)
    same = isinstance(given, numbers) if isinstance(example, numbers) else type(given) is type(example)
    return [] if same else [f"{path}: {given!r} in place of {example!r}"]


@pytest.mark.parametrize(
    ("message", "example", "event_type"),
    [
        (REGISTERED, MEMBER, "member-created"),
        (BOUGHT, coupon_event(used=0), "coupon-code-assigned"),
        (USED, coupon_event(used=1), "coupon-code-used"),
    ],
    ids=["member-created", "coupon-code-assigned", "coupon-code-used"],
)
def test_the_event_has_the_fields_of_the_example_and_no_other(
    message: m.Message, example: Any, event_type: str
) -> None:
    event = sent(message)

    assert differences(event, example) == []
    assert event["eventType"] == event_type


@pytest.mark.parametrize(
    ("codes", "book_type"), [("generated", "generated"), ("uploaded", "list"), ("shared", "single")]
)
def test_the_book_of_a_coupon_says_what_its_reward_is(codes: Any, book_type: str) -> None:
    book = sent(replace(BOUGHT, reward=replace(REWARD, codes=codes)))["payload"]["couponBook"]

    assert (book["type"], book["description"]) == (book_type, "A pot")
    assert (book["validFromDate"], book["validToDate"]) == (None, "2026-05-01T12:30:15.250Z")


def test_without_a_rule_that_answered_there_are_no_results_of_evaluations() -> None:
    assert [sent(REGISTERED, decision=each)["evaluationResults"] for each in (None, [], [{"verdict": "fired"}])] == [
        None,
        None,
        [{"verdict": "fired"}],
    ]


def test_a_use_counts_on_from_the_assignment_under_the_same_chain() -> None:
    assigned, used = sent(BOUGHT), sent(USED)

    names = ("amountUsed", "amountAssigned", "updatedTotalUsages", "updatedTotalAssigned")
    assert [assigned["executionResults"][name] for name in names] == [0, 1, 0, 1]
    assert [used["executionResults"][name] for name in names] == [1, 1, 1, 1]
    assert assigned["systemUniqueKey"] == used["systemUniqueKey"] == ISSUED
    totals = [each["payload"]["usage"]["coupon"] for each in (assigned, used)]
    assert [(each["totalUsages"], each["totalAssigned"]) for each in totals] == [(0, 0), (0, 1)]


def test_keys_are_written_with_their_prefix() -> None:
    created, used = sent(REGISTERED), sent(USED)

    assert created["loyaltyEventKey"].startswith("ev_")
    assert created["loyaltyEventId"].isdigit()
    assert created["executionResults"]["ledgerWalletKey"].startswith("wal_")
    assert isinstance(created["executionResults"]["ledgerWalletId"], int)
    usage = used["payload"]["usage"]
    assert (usage["couponUsageKey"][:4], usage["coupon"]["couponBookKey"][:4]) == ("cbu_", "cbk_")
