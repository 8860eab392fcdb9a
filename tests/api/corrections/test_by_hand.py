"""A store that requires a reason of every change by hand: nobody gets round the bounds by another route."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from api.state.by_hand import NAME
from tests.api.corrections.shop import PATH, Desk
from tests.kit.api import fault

STORE = "/api/DEFAULT"


async def require(desk: Desk) -> None:
    assert (await desk.api.http.put(f"{PATH}/settings", json={"settings": {"required": True}})).status_code == 200


async def call(desk: Desk, request: tuple[str, str, Any], reason: str | None = None, key: str = "") -> httpx2.Response:
    method, path, content = request
    headers = {name: value for name, value in ((NAME, reason), ("Authorization", key)) if value}
    return await desk.api.http.request(method, f"{STORE}/{path}", json=content, headers=headers)


async def prepared(desk: Desk) -> dict[str, tuple[str, str, Any]]:
    """A request of each route that changes by hand what corrections change, each of which would be done."""
    anna, of_anna = f"member/{desk.anna}", {"customer": desk.anna, "points": 10}
    bert = {"customer": {"email": "bert@example.com"}}
    other = (await desk.api.post(f"{STORE}/member", bert)).json()["customerId"]
    added = [(await desk.add(100))["outcome"]["transferId"] for _ in range(4)]
    pending = (await desk.add(100, lockedUntilDays=3))["outcome"]["transferId"]
    held = (await desk.api.post(f"{STORE}/points/block", {"transfer": of_anna})).json()["transferId"]
    given = [(await desk.made(reward={"rewardId": "coffee"}))["outcome"]["issuedRewardIds"][0] for _ in range(3)]
    code = (await desk.api.get(f"{STORE}/redemption/{given[0]}"))["issuedCoupon"]["code"]
    await desk.api.post(f"{STORE}/{anna}/reward/redeem", {"couponCode": code})
    moved = {"sender": desk.anna, "receiver": other, "points": 5}
    return {
        "add": ("POST", "points/add", {"transfer": of_anna}),
        "spend": ("POST", "points/spend", {"transfer": of_anna}),
        "block": ("POST", "points/block", {"transfer": of_anna}),
        "transfer": ("POST", "points/transfer", {"transfer": moved}),
        "capture": ("POST", f"points/{held}/capture", {}),
        "cancel": ("POST", f"points/{added[0]}/cancel", {}),
        "expire": ("POST", f"points/{added[1]}/expire", {}),
        "activate": ("POST", f"points/{pending}/activate", {}),
        "tier": ("POST", f"{anna}/tier", {"levelId": "gold"}),
        "no tier": ("POST", f"{anna}/remove-manually-level", {}),
        "level": ("PUT", anna, {"customer": {"levelId": "silver"}}),
        "progress": ("PATCH", f"{anna}/achievement/seven-days/progress", {"memberProgress": {"completedCount": 1}}),
        "badge": ("PUT", f"{anna}/badge/early-bird", {"badge": {"completedCount": 2}}),
        "give": ("POST", "reward/coffee/buy", {"customerId": desk.anna, "withoutPoints": True}),
        "cancel reward": ("POST", f"redemption/{given[1]}/cancel", {}),
        "status": ("POST", f"redemption/{given[2]}/status", {"status": "canceled"}),
        "reissue": ("POST", f"{anna}/reward/reissue", {"couponCode": code}),
    }


async def test_every_change_by_hand_needs_a_reason_and_is_listed_with_it(desk: Desk):
    requests = await prepared(desk)
    before = len(await desk.items("_itemsOnPage=50"))
    await require(desk)

    without = {name: await call(desk, request) for name, request in requests.items()}
    with_reason = {name: (await call(desk, each, "mistake")).status_code for name, each in requests.items()}

    assert {name: fault(answer, NAME)["code"] for name, answer in without.items()} == dict.fromkeys(requests, "missing")
    assert {name for name, status in with_reason.items() if status not in (200, 204)} == set()
    noted = (await desk.items("_itemsOnPage=50"))[:-before]
    assert len(noted) == len(requests)
    assert {each["reason"] for each in noted} == {"mistake"}
    assert {each["change"]["action"].split()[0] for each in noted} == {"POST", "PUT", "PATCH"}


async def test_a_reason_that_needs_a_comment_says_what_to_do_on_routes_that_take_none(desk: Desk):
    requests = await prepared(desk)
    await require(desk)
    corrected = {"tier", "no tier", "level", "progress", "badge", "give"}
    otherwise = {"cancel reward", "reissue"}

    refused = {name: await call(desk, request, "other") for name, request in requests.items()}
    method, path, content = requests["status"]
    commented = await call(desk, (method, path, content | {"comment": "It was broken"}), "other")

    for name, answer in refused.items():
        at = NAME if name in corrected | otherwise else "correction.comment"
        found = fault(answer, at)
        assert found["code"] == "commentNeeded", name
        assert ("POST /api/{storeCode}/correction" in found["message"]) == (name in corrected), name
        assert ("name another reason" in found["message"]) == (name in corrected | otherwise), name
    assert commented.status_code == 204
    assert (await desk.items())[0]["asked"]["comment"] == "It was broken"


async def test_without_the_setting_the_routes_need_nothing_and_keep_a_reason_that_they_get(desk: Desk):
    requests = await prepared(desk)

    plain = await call(desk, requests["add"])
    known = len(await desk.items("_itemsOnPage=50"))
    unknown = await call(desk, requests["spend"], "because")
    reasoned = await call(desk, requests["spend"], "goodwill")

    assert (plain.status_code, reasoned.status_code) == (200, 200)
    assert fault(unknown, "correction.reason")["code"] == "unknownReason"
    assert len(await desk.items("_itemsOnPage=50")) == known + 1


@pytest.mark.parametrize(
    "request_of",
    [
        lambda desk: ("POST", "points/add", {"transfer": {"customer": desk.anna, "points": 1001}}),
        lambda desk: (
            "POST",
            "reward/coffee/buy",
            {"customerId": desk.anna, "quantity": 2, "withoutPoints": True},
        ),
        lambda desk: ("PUT", f"member/{desk.anna}/badge/early-bird", {"badge": {"completedCount": 2}}),
    ],
)
async def test_what_is_above_the_bound_is_refused_by_every_route(
    desk: Desk, request_of: Callable[[Desk], tuple[str, str, Any]]
):
    request = request_of(desk)
    await require(desk)

    refused = await call(desk, request, "goodwill", desk.support.key)
    allowed = await call(desk, request, "goodwill")

    assert fault(refused, "correction")["code"] == "aboveBound"
    assert allowed.status_code in (200, 204)


async def test_all_routes_count_for_one_day(desk: Desk):
    await require(desk)
    add = ("POST", "points/add", {"transfer": {"customer": desk.anna, "points": 1000}})

    plain = [(await call(desk, add, "goodwill", desk.support.key)).status_code for _ in range(4)]
    corrected = [(await desk.add(1000, desk.support))["status"] for _ in range(2)]
    after = await call(desk, add, "goodwill", desk.support.key)

    assert (plain, corrected) == ([200] * 4, ["done", "waiting"])
    assert fault(after, "correction")["parameters"]["used"] == 5000


async def test_a_request_that_is_repeated_by_its_own_id_counts_once(desk: Desk):
    await require(desk)
    transfer = {"customer": desk.anna, "points": 10, "externalTransferId": "gift-1"}

    answers = [
        await call(desk, ("POST", "points/add", {"transfer": transfer}), "goodwill", desk.support.key) for _ in "ab"
    ]

    assert answers[0].json() == answers[1].json()
    assert len(await desk.items()) == 1


async def test_what_another_route_did_is_not_undone_as_a_correction(desk: Desk):
    await call(desk, ("POST", "points/add", {"transfer": {"customer": desk.anna, "points": 10}}), "goodwill")
    (noted,) = await desk.items()

    assert "do the opposite by hand" in fault(await desk.act(noted, "undo"), "correction")["message"]


async def test_files_are_imported_only_by_who_has_no_bounds(desk: Desk):
    await require(desk)
    permissions = [{"resource": "IMPORT", "access": "MODIFY"}, {"resource": "POINT_TRANSFER", "access": "MODIFY"}]
    role = {"name": "importer", "permissions": permissions, "correctionBounds": []}
    assert (await desk.api.post("/api/acl/role", {"role": role})).status_code == 201
    made = await desk.api.post("/api/admin/admin/api-key", {"apiKey": {"name": "files", "role": "importer"}})
    headers = {"Authorization": made.json()["token"]}

    answers = [
        await desk.api.http.post(
            f"{STORE}/import/unitTransferAdding?fileName=a.csv",
            content=b"email,points\nanna@example.com,5\n",
            headers=each,
        )
        for each in (headers, {})
    ]

    assert [answer.status_code for answer in answers] == [403, 200], [answer.text for answer in answers]
