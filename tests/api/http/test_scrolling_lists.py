"""Lists that page by key: every row once, in order, also when rows come in between; what is no place is refused."""

import base64
import json
from typing import Any

import pytest

from tests.api.analytics.test_figures import busy_shop
from tests.kit.api import Api

STORE = "/api/DEFAULT"
LISTS = ("customEvent", "member", "points", "transaction", "redemption", "correction", "reward/coffee/coupon")
COFFEE = "reward: coffee\ntitle: A coffee\nprice: 1\ncoupon: {codes: uploaded, value: 5, type: money}\n"


async def filled(api: Api) -> None:
    """A store with several rows in each list, some of one moment."""
    ann, bob = await busy_shop(api)
    await api.deploy(rewards__coffee=COFFEE)
    codes = {"coupons": [f"CODE-{number}" for number in range(5)]}
    assert (await api.post(f"{STORE}/reward/coffee/coupon", codes)).status_code == 204
    for _ in range(3):
        bought = await api.post(f"{STORE}/reward/coffee/buy", {"customerId": ann, "quantity": 1})
        assert bought.status_code == 200, bought.text
        corrected = {"correction": {"customer": bob, "reason": "goodwill", "points": {"type": "add", "points": 1}}}
        answer = await api.post(f"{STORE}/correction", corrected)
        assert answer.status_code == 200, answer.text


async def read_all(api: Api, path: str, order: str) -> list[Any]:
    """The rows of a list, two by two."""
    scroll: str | None = ""
    rows: list[Any] = []
    while scroll is not None:
        asked = {"_scroll": scroll, "_itemsOnPage": 2, "_orderBy[createdAt]": order}
        if path == "redemption":
            asked["_orderBy[redemptionDate]"] = asked.pop("_orderBy[createdAt]")
        page = await api.get(f"{STORE}/{path}", params=asked)
        assert set(page) == {"items", "scroll"}
        assert len(page["items"]) <= 2
        rows += page["items"]
        scroll = page["scroll"]["next"]
    return rows


async def test_lists_page_by_key_with_every_row_once_in_both_orders(api_anywhere: Api) -> None:
    api = api_anywhere
    await filled(api)

    for path in LISTS:
        order = "_orderBy[redemptionDate]" if path == "redemption" else "_orderBy[createdAt]"
        by_number = (await api.get(f"{STORE}/{path}", params={"_itemsOnPage": 50, order: "desc"}))["items"]
        assert len(by_number) > 1, path
        assert await read_all(api, path, "desc") == by_number, path
        assert await read_all(api, path, "asc") == by_number[::-1], path


async def test_a_filter_that_matches_nothing_is_an_empty_page_by_key(api: Api) -> None:
    await busy_shop(api)

    for path in ("points?type=nothing&_scroll=", "member?email=nothing@example.com&_scroll="):
        assert await api.get(f"{STORE}/{path}") == {"items": [], "scroll": {"next": None}}


def place(*key: Any) -> str:
    return base64.b64encode(json.dumps({"key": key}).encode(), altchars=b"-_").decode()


@pytest.mark.parametrize(
    "scroll",
    [
        "nonsense",
        place(),
        place("yesterday", "id"),
        place("2026-01-01T00:00:00", "id"),
        place("2026-01-01T00:00:00+00:00", "\0"),
        place("2026-01-01T00:00:00+00:00", 1),
        place("0001-01-01T00:00:00+23:00", "id"),
        base64.b64encode(b"[]").decode(),
    ],
)
async def test_what_is_no_place_is_refused(api: Api, scroll: str) -> None:
    await api.deploy()

    answer = await api.http.get(f"{STORE}/customEvent", params={"_scroll": scroll})

    assert answer.status_code == 400
    assert [each["path"] for each in answer.json()["errors"]] == ["_scroll"]


async def test_a_place_outside_of_what_dates_can_be_is_an_empty_page(api_anywhere: Api) -> None:
    await api_anywhere.deploy()
    for key in (("0001-01-01T00:00:00+00:00", "x"), ("9999-12-31T23:59:59+00:00", "x")):
        answer = await api_anywhere.http.get(f"{STORE}/customEvent", params={"_scroll": place(*key)})
        assert answer.status_code == 200, answer.text
    number = ("2026-01-01T00:00:00+00:00", "x", 2**63)
    assert (await api_anywhere.http.get(f"{STORE}/points", params={"_scroll": place(*number)})).status_code == 400
