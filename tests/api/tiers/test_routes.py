"""Tier sets and tiers: listed, shown, where a member stands, and tiers by hand."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kit.amounts import points
from tests.kit.api import Api, fault
from tests.kit.awards import award
from tests.kit.programs import PROGRAM

STORE = "/api/DEFAULT"
REVIEWED = PROGRAM + "tier_review: {end_of: year, plus: 1y}\n"
UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"


async def register(api: Api, name: str = "anna", **changed: Any) -> str:
    customer = {"email": f"{name}@example.com", "plainPassword": "password"} | changed
    return (await api.post(f"{STORE}/member", {"customer": customer})).json()["customerId"]


async def assign(api: Api, member: str, level: str, **more: Any) -> None:
    answer = await api.post(f"{STORE}/member/{member}/tier", {"levelId": level} | more)
    assert answer.status_code == 204, answer.text


async def standing(api: Api, member: str) -> Any:
    return await api.get(f"{STORE}/member/{member}/tierSet/default")


async def test_a_program_with_tiers_has_one_tier_set(api_anywhere: Api):
    await api_anywhere.deploy(program=REVIEWED)

    (listed,) = (await api_anywhere.get(f"{STORE}/tierSet"))["items"]

    assert [each["name"] for each in listed["tiers"]] == ["bronze", "silver", "gold"]
    assert listed["downgrade"] == {"mode": "periodic", "period": "yearly"}
    (condition,) = listed["conditions"]
    assert (condition["attribute"], condition["walletType"]) == ("totalEarnedUnits", "points")
    assert await api_anywhere.get(f"{STORE}/tierSet/{listed['tierSetId'].upper()}") == listed


async def test_a_program_without_tiers_has_no_tier_set(api: Api):
    await api.deploy(program=PROGRAM[: PROGRAM.index("tiers:")])

    assert (await api.get(f"{STORE}/tierSet"))["items"] == []
    assert (await api.get(f"{STORE}/tier"))["items"] == []
    assert (await api.http.get(f"{STORE}/tierSet/default")).status_code == 404


async def test_tiers_are_listed_from_the_lowest_and_shown_by_id_or_name(api: Api):
    listed = await api.get(f"{STORE}/tierSet/default/tiers")

    assert [(each["name"], each["conditionValue"], each["isDefault"]) for each in listed["items"]] == [
        ("bronze", 0, True),
        ("silver", 500, False),
        ("gold", 2000, False),
    ]
    assert listed == await api.get(f"{STORE}/tier")
    silver = listed["items"][1]
    assert await api.get(f"{STORE}/tier/silver") == silver == await api.get(f"{STORE}/tier/{silver['levelId']}")
    assert (await api.get(f"{STORE}/tier?name[like]=old"))["items"] == listed["items"][2:]


async def test_progress_shows_the_way_to_the_next_tier(api_anywhere: Api):
    member = await register(api_anywhere)
    await api_anywhere.write(lambda tx: award(tx, member, points(125), now=datetime.now(UTC)))

    shown = await standing(api_anywhere, member)

    assert (shown["currentTierName"], shown["nextTierName"], shown["currentProgress"]) == ("bronze", "silver", 0.25)
    (to_next,) = shown["nextTierCurrentProgress"]
    assert (to_next["currentValue"], to_next["valueGoal"], to_next["walletType"]) == (125, 500, "points")
    assert (shown["manually"], shown["downgrade"], "byHand" in shown) == (False, "none", False)


async def test_a_tier_by_hand_is_announced_shown_and_taken_back(api_anywhere: Api):
    api = api_anywhere
    member = await register(api)
    api.started.clear()

    await assign(api, member, "gold", until="2099-12-31")
    shown = await standing(api, member)
    (own,) = (await api.get(f"{STORE}/member/{member}/tierSet"))["items"]
    answer = await api.post(f"{STORE}/member/email=anna@example.com/remove-manually-level", {})

    assert (shown["currentTierName"], shown["manually"], shown["byHand"]["direction"]) == ("gold", True, "floor")
    assert shown["byHand"]["until"].startswith("2100-01-01T00:00:00")
    assert (own["currentTierName"], own["manually"]) == ("gold", True)
    assert "lastPromotionAt" in shown
    after = await standing(api, member)
    assert (answer.status_code, after["currentTierName"], after["manually"]) == (204, "bronze", False)
    assert "lastDowngradeAt" in after
    put, taken_back = [[each.type for each in part] for part in (api.started[:3], api.started[3:])]
    assert put == ["tier_assigned", "tier_changed", "member_updated"]
    assert taken_back == ["tier_unassigned", "tier_changed", "member_updated"]


async def test_a_member_sees_only_their_own_tier(api: Api):
    anna, bert = await register(api), await register(api, "bert")
    login = {"username": "anna@example.com", "password": "password"}
    token = (await api.post(f"{STORE}/member/login_check", login)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}

    own = await api.get(f"{STORE}/member/tier", headers=headers)
    sets = await api.get(f"{STORE}/member/{anna}/tierSet", headers=headers)

    assert [(each["name"], each["storeCode"]) for each in own["items"]] == [("bronze", "DEFAULT")]
    assert [each["currentTierName"] for each in sets["items"]] == ["bronze"]
    for path in (f"{bert}/tierSet", f"{bert}/tierSet/default"):
        assert (await api.http.get(f"{STORE}/member/{path}", headers=headers)).status_code == 403
    assert (await api.http.get(f"{STORE}/member/tier")).status_code == 403


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "levelId", "missing"),
        ({"levelId": ""}, "levelId", "stringTooShort"),
        ({"levelId": 1}, "levelId", "stringType"),
        ({"levelId": "diamond"}, "levelId", "unknownTier"),
        ({"levelId": UNKNOWN}, "levelId", "unknownTier"),
        ({"levelId": "gold", "until": "soon"}, "until", "invalidDate"),
        ({"levelId": "gold", "until": "2020-01-01"}, "until", "dateInPast"),
        ({"levelId": "gold", "pinned": "yes"}, "pinned", "boolType"),
    ],
)
async def test_a_tier_by_hand_that_cannot_be_is_refused_at_its_path(api: Api, body: Any, path: str, code: str):
    member = await register(api)

    answer = await api.post(f"{STORE}/member/{member}/tier", body)

    assert fault(answer, path)["code"] == code
    assert (await standing(api, member))["currentTierName"] == "bronze"


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "notByHand"), ({"tierSetId": "default"}, "notByHand"), ({"tierSetId": UNKNOWN}, "unknownTierSet")],
)
async def test_what_is_not_by_hand_cannot_be_taken_back(api: Api, body: Any, code: str):
    member = await register(api)

    answer = await api.post(f"{STORE}/member/{member}/remove-manually-level", body)

    assert fault(answer, "tierSetId")["code"] == code


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "tierSet/nothing"),
        ("GET", f"tierSet/{UNKNOWN}/tiers"),
        ("GET", "tier/diamond"),
        ("GET", f"member/{UNKNOWN}/tierSet"),
        ("GET", "member/email=nobody@example.com/tierSet/default"),
        ("POST", f"member/{UNKNOWN}/tier"),
        ("POST", f"member/{UNKNOWN}/remove-manually-level"),
    ],
)
async def test_what_does_not_exist_is_not_found(api: Api, method: str, path: str):
    body = {"levelId": "gold"} if method == "POST" else None

    answer = await api.http.request(method, f"{STORE}/{path}", json=body)

    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "tierSet"), ("PUT", "tierSet/default"), ("PUT", "tier/gold")])
async def test_tiers_are_changed_in_files_alone(api: Api, method: str, path: str):
    answer = await api.http.request(method, f"{STORE}/{path}", json={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "program.yaml" in answer.json()["message"]


async def test_of_many_that_take_one_tier_back_at_once_one_does(api_anywhere: Api):
    member = await register(api_anywhere)
    await assign(api_anywhere, member, "gold")

    answers = await asyncio.gather(
        *(api_anywhere.post(f"{STORE}/member/{member}/remove-manually-level", {}) for _ in range(6))
    )

    assert sorted(each.status_code for each in answers) == [204] + [400] * 5
    assert (await standing(api_anywhere, member))["currentTierName"] == "bronze"


SETS = (
    PROGRAM
    + """\
tier_sets:
  status:
    title: Status
    tiers: [{tier: guest, from: 0}, {tier: gold, from: 100, title: Golden}]
    valid: {anniversary: registration}
  spender: {by: spend, tiers: [{tier: small, from: 0}, {tier: big, from: 250}]}
"""
)


async def test_every_tier_set_is_listed_shown_and_has_tiers_of_its_own(api: Api):
    await api.deploy(program=SETS)

    listed = (await api.get(f"{STORE}/tierSet"))["items"]
    tiers = (await api.get(f"{STORE}/tier"))["items"]
    of_status = (await api.get(f"{STORE}/tierSet/status/tiers"))["items"]

    assert [(each["name"], each["isDefault"]) for each in listed] == [
        ("Tiers", True),
        ("Status", False),
        ("spender", False),
    ]
    assert listed[1]["downgrade"] == {"mode": "periodic", "period": "registration_anniversary"}
    assert [each["conditions"][0]["attribute"] for each in listed] == [
        "cumulatedEarnedUnits",
        "totalEarnedUnits",
        "totalSpending",
    ]
    assert await api.get(f"{STORE}/tierSet/{listed[1]['tierSetId']}") == listed[1]
    assert [each["name"] for each in tiers[3:5]] == ["guest", "Golden"]
    assert of_status == tiers[3:5]
    assert len({each["levelId"] for each in tiers}) == 7
    assert await api.get(f"{STORE}/tier/{of_status[1]['levelId']}") == of_status[1]


async def test_a_tier_by_hand_names_its_set_and_progress_is_that_of_the_set(api: Api):
    await api.deploy(program=SETS)
    member = await register(api)
    await api.write(lambda tx: award(tx, member, points(25), now=datetime.now(UTC)))

    await assign(api, member, "gold", tierSetId="status")
    shown = await api.get(f"{STORE}/member/{member}/tierSet/status")
    spender = await api.get(f"{STORE}/member/{member}/tierSet/spender")
    await api.post(f"{STORE}/member/{member}/remove-manually-level", {"tierSetId": "status"})
    sets = (await api.get(f"{STORE}/member/{member}/tierSet"))["items"]
    unknown = await api.post(f"{STORE}/member/{member}/tier", {"levelId": "silver", "tierSetId": "status"})
    no_set = await api.post(f"{STORE}/member/{member}/tier", {"levelId": "gold", "tierSetId": "stats"})

    assert (shown["currentTierName"], shown["manually"], shown["byHand"]["direction"]) == ("Golden", True, "floor")
    (to_next,) = spender["nextTierCurrentProgress"]
    assert (to_next["attribute"], to_next["currentValue"], to_next["valueGoal"]) == ("totalSpending", 0, 250)
    assert {"Tiers": "bronze", "Status": "guest"}.items() <= {
        each["tierSetName"]: each["currentTierName"] for each in sets
    }.items()
    assert fault(unknown, "levelId")["code"] == "unknownTier"
    assert fault(no_set, "tierSetId")["code"] == "unknownTierSet"
