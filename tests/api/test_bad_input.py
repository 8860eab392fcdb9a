"""What is wrong in a request is named where it stands, with a cure that helps."""

from typing import Any

import pytest

from tests.kit.api import Api, fault

MEMBER = "/api/DEFAULT/member"
SELF = {"agreement1": True, "plainPassword": "password"}
GONE = "00000000-0000-4000-8000-00000000dead"


async def registered(api: Api, **more: Any) -> str:
    answer = await api.post(MEMBER, {"customer": {"email": "anna@example.com"} | more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["customerId"])


def sale(**changed: Any) -> dict[str, Any]:
    header = {"documentNumber": "A-1", "purchasedAt": "2026-01-02T00:00:00"} | changed.pop("header", {})
    items = [{"sku": "s", "name": "n", "category": "c", "grossValue": 10}]
    return {"transaction": {"header": header, "items": items, "customerData": {"email": "anna@example.com"}} | changed}


@pytest.mark.parametrize(
    ("path", "customer", "where", "code"),
    [
        ("", {"channelId": GONE}, "customer.channelId", "unknownChannel"),
        ("", {"referrerToken": "nobody"}, "customer.referrerToken", "unknownReferrer"),
        (
            "/register",
            SELF | {"referrerToken": "nobody"},
            "customer.referrerToken",
            "unknownReferrer",
        ),
        ("", {"levelId": "gone"}, "customer.levelId", "unknownTier"),
    ],
)
async def test_what_a_new_member_names_and_is_gone_is_named_within_the_body(
    api: Api, path: str, customer: dict[str, Any], where: str, code: str
) -> None:
    answer = await api.post(f"{MEMBER}{path}", {"customer": {"email": "new@example.com"} | customer})

    assert fault(answer, where)["code"] == code
    assert (await api.get(MEMBER))["items"] == []


async def test_whom_a_sale_names_is_named_within_the_body(api: Api) -> None:
    anna = await registered(api)
    await api.post(f"{MEMBER}/{anna}/deactivate", {})
    inactive = await api.post("/api/DEFAULT/transaction", sale())

    assert fault(inactive, "transaction.customerData")["code"] == "memberInactive"


async def test_a_return_does_not_return_itself(api: Api) -> None:
    await registered(api)
    header = {"documentNumber": "R-1", "documentType": "return", "linkedDocumentNumber": "R-1"}

    answer = await api.post("/api/DEFAULT/transaction", sale(header=header))

    assert fault(answer, "transaction.header.linkedDocumentNumber")["code"] == "notASale"
    assert (await api.get("/api/DEFAULT/transaction"))["items"] == []


async def test_a_member_who_is_deactivated_is_refused_for_that_and_not_for_what_they_lack(api: Api) -> None:
    await api.deploy(rewards__mug="reward: mug\ntitle: A mug\nprice: 5\n")
    anna = await registered(api)
    await api.post(f"{MEMBER}/{anna}/deactivate", {})

    answer = await api.post("/api/DEFAULT/reward/mug/buy", {"customerId": anna, "quantity": 1})

    assert fault(answer, "member")["code"] == "memberInactive"


@pytest.mark.parametrize(
    ("points", "code", "message"),
    [
        ("5", "numberType", "this must be a number: send it without quotes"),
        (None, "numberType", "this must be a number"),
        ([], "numberType", "this must be a number"),
        (True, "numberType", "this must be a number"),
        (
            10**30,
            "numberTooLarge",
            "the number is beyond 10^15, which no amount may be; an id of so many digits is sent as text",
        ),
    ],
)
async def test_what_is_no_amount_is_told_without_a_cure_that_does_not_help(
    api: Api, points: Any, code: str, message: str
) -> None:
    answer = await api.post("/api/DEFAULT/points/add", {"transfer": {"customer": "email=a", "points": points}})

    found = fault(answer, "transfer.points")
    assert (found["code"], found["message"]) == (code, message)


@pytest.mark.parametrize(
    ("path", "content", "where", "message"),
    [
        ("points/add", {"transfer": {"customer": "a", "points": 1, "expiresInDays": 0}}, "transfer.expiresInDays", "1"),
        ("reward/mug/buy", {"customerId": "a", "quantity": 51}, "quantity", "this must be at most 50"),
        ("member", {"customer": {"email": ""}}, "customer.email", "this must not be empty"),
        (
            "member",
            {"customer": {"firstName": "x" * 256}},
            "customer.firstName",
            "this must have at most 255 characters",
        ),
        (
            "member",
            {"customer": {"email": "a", "plainPassword": "x"}},
            "customer.plainPassword",
            "at least 8 characters",
        ),
        (
            "member",
            {"customer": {"gender": "x"}},
            "customer.gender",
            "this must be 'male', 'female' or 'not_disclosed'",
        ),
        ("transaction", sale(items=[]), "transaction.items", "these are 0: send at least 1"),
    ],
)
async def test_bounds_are_told_in_plain_words(
    api: Api, path: str, content: dict[str, Any], where: str, message: str
) -> None:
    await api.deploy(rewards__mug="reward: mug\ntitle: A mug\nprice: 5\n")

    answer = await api.post(f"/api/DEFAULT/{path}", content)

    assert message in fault(answer, where)["message"]
