"""One search: what is known by a text is found, of the kinds that a caller may read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.members.test_routes import PATH, register
from tests.kit.access import add_administrator
from tests.kit.api import Api, fault
from tests.kit.every_resource import FILES
from tests.kit.sent import answer_events, subscribe

SALE = {
    "header": {"documentNumber": "INV-7", "purchasedAt": "2026-01-05T10:00:00+01:00"},
    "items": [{"sku": "1", "name": "Tea", "category": "drinks", "grossValue": 5}],
    "customerData": {"email": "anna@example.com"},
}


async def search(api: Api, text: str, **options: Any) -> list[tuple[str, str, str | None]]:
    items = (await api.get("/api/DEFAULT/search", params={"q": text}, **options))["items"]
    return [(each["kind"], each["label"], each["customerId"]) for each in items]


async def shop(api: Api) -> str:
    """Anna, who reported, bought and got something that has an id, a number or a code; return her id."""
    await api.deploy(**FILES)
    await subscribe(api, ["CustomerRegistered"])
    anna = await register(api, phone="+48500100200", loyaltyCardNumber="C-1")
    await answer_events(api)
    assert (await api.report(eventId="till-7", type="purchase", body={"total": 5})).status_code == 200
    assert (await api.post("/api/DEFAULT/transaction", {"transaction": SALE})).status_code == 200
    added = {"customer": anna, "points": 50, "externalTransferId": "till-7"}
    assert (await api.post("/api/DEFAULT/points/add", {"transfer": added})).status_code == 200
    codes = {"coupons": ["COFFEE-1", "COFFEE-2"]}
    assert (await api.post("/api/DEFAULT/reward/coffee/coupon", codes)).status_code == 204
    buy = {"customerId": anna, "quantity": 1}
    assert (await api.post("/api/DEFAULT/reward/coffee/buy", buy)).status_code == 200
    await answer_events(api)
    return anna


async def test_everything_is_found_by_what_it_is_known_by(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)
    member = ("member", "anna@example.com", anna)

    assert await search(api, " ANNA@example.com ") == [member]
    assert await search(api, "+48 500 100 200") == [member]
    assert await search(api, "C-1") == [member]
    assert await search(api, anna.upper()) == [member]
    assert await search(api, "INV-7") == [("transaction", "INV-7", anna)]
    assert await search(api, "till-7") == [("customEvent", "purchase", anna), ("transfer", "add", anna)]
    assert await search(api, "COFFEE-1") == [("issuedReward", "coffee", anna), ("couponCode", "coffee", None)]
    assert await search(api, "COFFEE-2") == [("couponCode", "coffee", None)]
    assert await search(api, "COFFEE") == []
    for path, key, kind in (("transaction", "transactionId", "transaction"), ("points", "transferId", "transfer")):
        id_ = (await api.get(f"/api/DEFAULT/{path}"))["items"][0][key]
        assert [found for found, _, _ in await search(api, id_)] == [kind]
    issued = (await api.get("/api/DEFAULT/redemption"))["items"][0]
    assert await search(api, issued["issuedRewardId"]) == [("issuedReward", "coffee", anna)]
    assert await search(api, issued["token"]) == [("issuedReward", "coffee", anna)]
    delivery = (await api.get("/api/DEFAULT/webhook/delivery"))["items"][0]["webhookDeliveryId"]
    assert await search(api, delivery) == [("delivery", "CustomerRegistered", None)]


async def test_another_store_and_what_one_may_not_read_are_not_found(api: Api):
    anna = await shop(api)
    own = {"role": {"name": "till", "permissions": [{"resource": "CUSTOMER", "access": "VIEW", "active": True}]}}
    number = (await api.post("/api/acl/role", own)).json()["roleId"]
    till = {"Authorization": (await add_administrator(api, "till", role=number)).key}
    viewer = {"Authorization": (await add_administrator(api, "viewer")).key}

    assert await search(api, "till-7", headers=till) == []
    assert await search(api, anna, headers=till) == [("member", "anna@example.com", anna)]
    assert await search(api, anna, headers=viewer) == [("member", "anna@example.com", anna)]


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("", "query.q", "missing"),
        ("q=", "query.q", "stringTooShort"),
        ("q=%20", "q", "invalid"),
        ("q=a%00", "q", "invalid"),
    ],
)
async def test_a_search_for_nothing_is_refused(api: Api, query: str, path: str, code: str):
    answer = await api.http.get(f"/api/DEFAULT/search?{query}")

    assert fault(answer, path)["code"] == code


async def test_a_text_that_is_no_id_number_or_code_finds_nothing(api: Api):
    await register(api)

    for text in ("%", "' OR 1=1 --", "\u0142" * 255, datetime.now(UTC).isoformat(), f"{PATH}"):
        assert await search(api, text) == []
