"""Wallet types: listing, filtering, showing, and the answer to changes."""

import pytest

from tests.kit.api import Api
from tests.kit.programs import PROGRAM

PATH = "/api/DEFAULT/walletType"

WALLETS = """\
wallets:
  points: {default: true, expires: {after: 90d}, pending: 14d}
  stars: {title: Stars, decimals: 2, expires: {end_of: year, plus: 1y}}
  coins: {expires: {on: "08-24"}, pending: 1mo}
  marks: {expires: {after: 6mo}}
  miles: {expires: never}
  beans: {expires: {end_of: month}}
  nuts: {expires: {end_of: quarter}}
  days: {expires: {after: 90d, through: month}}
"""


async def with_wallets(api: Api) -> None:
    lines = [line for line in PROGRAM.splitlines() if not line.startswith(("wallets:", "  points:"))]
    await api.deploy(program="\n".join(lines) + "\n" + WALLETS)


async def test_wallet_types_are_listed_in_the_order_of_the_file(api_anywhere: Api):
    await with_wallets(api_anywhere)

    listed = await api_anywhere.get(PATH)

    names = ["points", "stars", "coins", "marks", "miles", "beans", "nuts", "days"]
    assert [item["code"] for item in listed["items"]] == names
    assert [item["isDefault"] for item in listed["items"]] == [True] + 7 * [False]
    assert listed["total"] == {"all": 8, "filtered": 8, "estimated": False}


@pytest.mark.parametrize(
    ("query", "found"), [("isDefault=true", 1), ("name=Stars", 1), ("code[like]=AR", 2), ("active=false", 0)]
)
async def test_wallet_types_are_filtered(api: Api, query: str, found: int):
    await with_wallets(api)

    assert len((await api.get(f"{PATH}?{query}"))["items"]) == found


@pytest.mark.parametrize(
    ("code", "expiry", "pending"),
    [
        ("points", {"unitDaysExpiryAfter": "after_x_days", "unitDaysActiveCount": 90}, {"unitDaysLocked": 14}),
        ("stars", {"unitDaysExpiryAfter": "at_the_end_of_the_x_th_year", "unitYearsActiveCount": 1}, {}),
        ("coins", {"unitDaysExpiryAfter": "at_the_end_of_the_chosen_date", "unitExpiryDate": "08-24"}, {}),
        ("marks", {}, {}),
        ("miles", {"unitDaysExpiryAfter": "all_time_active"}, {}),
        ("beans", {"unitDaysExpiryAfter": "at_the_end_of_the_month"}, {}),
        ("nuts", {}, {}),
        ("days", {}, {}),
    ],
)
async def test_a_wallet_type_shows_when_points_expire_as_far_as_the_fields_can_say(
    api: Api, code: str, expiry: dict, pending: dict
):
    await with_wallets(api)

    shown = await api.get(f"{PATH}/{code}")

    assert {name: value for name, value in shown.items() if name.startswith("unit") and "Name" not in name} == (
        expiry | pending
    )
    assert shown["allTimeNotLocked"] is (code not in ("points", "coins"))
    assert (shown["decimals"], shown["name"]) == ((2, "Stars") if code == "stars" else (0, shown["name"]))


async def test_a_wallet_type_is_found_by_its_id_or_code(api_anywhere: Api):
    (listed,) = (await api_anywhere.get(PATH))["items"]

    by_id = await api_anywhere.get(f"{PATH}/{listed['walletTypeId'].upper()}")

    assert by_id == await api_anywhere.get(f"{PATH}/points")
    assert listed.items() <= by_id.items()


@pytest.mark.parametrize("name", ["nothing", "0190f2a0-0000-7000-8000-000000000001"])
async def test_an_unknown_wallet_type_is_not_found(api: Api, name: str):
    assert (await api.http.get(f"{PATH}/{name}")).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PUT", "/points")])
async def test_wallets_are_changed_in_files(api: Api, method: str, path: str):
    answer = await api.http.request(method, PATH + path, json={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "program.yaml" in answer.json()["message"]
