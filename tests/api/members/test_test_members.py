"""Members for tests over HTTP: marked, shown, found; they use nothing that all members share."""

from typing import Any

import pytest

from tests.api.members.test_routes import PATH, register
from tests.kit.api import Api, fault
from tests.kit.sent import answer_events, sent, subscribe

REWARD = "/api/DEFAULT/reward"
LIMITED = """\
reactor: limited
on: app_login
then: [{award_points: {points: 10}}]
limits: [{per: program, every: ever, times: 1}, {per: member, every: ever, times: 2}]
"""
LISTED = "reward: listed\nprice: 1\ncoupon: {codes: uploaded, value: 5, type: money}\n"
SHARED = "reward: shared\nprice: 1\ncoupon: {shared: {code: SUMMER, uses: 1, each: 1}, value: 5, type: money}\n"
MUG = "reward: mug\nprice: 1\nlimits: [{per: program, every: ever, times: 1}]\n"


async def test_a_member_is_marked_shown_and_found(api_anywhere: Api):
    api = api_anywhere
    tess, anna = await register(api, email="tess@example.com", test=True), await register(api)
    await answer_events(api)
    await subscribe(api, ["CustomerUpdated"])

    shown = [(await api.get(f"{PATH}/{each}"))["test"] for each in (tess, anna)]
    found = [[each["customerId"] for each in (await api.get(f"{PATH}?test={v}"))["items"]] for v in ("true", "false")]
    assert (shown, found) == ([True, False], [[tess], [anna]])
    for member, mark in ((tess, False), (anna, True), (anna, True), (anna, None)):
        assert (await api.http.put(f"{PATH}/{member}", json={"customer": {"test": mark}})).status_code == 200
    assert [(await api.get(f"{PATH}/{each}"))["test"] for each in (tess, anna)] == [False, True]
    marks = {data["customer"]["customerId"]: data["customer"].get("test") for _, data in await sent(api)}
    assert marks == {tess: None, anna: True}, "the mark stands in messages about test members alone"


@pytest.mark.parametrize("mark", ["yes", 1, [True]])
async def test_the_mark_is_true_or_false(api: Api, mark: Any):
    answer = await api.post(PATH, {"customer": {"email": "anna@example.com", "test": mark}})

    assert fault(answer, "customer.test")["code"] == "boolType"


async def test_members_do_not_mark_themselves(api: Api):
    anna = await register(api, plainPassword="password")
    login = {"username": "anna@example.com", "password": "password"}
    token = {"Authorization": f"Bearer {(await api.post(f'{PATH}/login_check', login)).json()['token']}"}

    own = await api.http.put(f"{PATH}/{anna}", json={"customer": {"test": True}}, headers=token)

    assert fault(own, "customer.test")["code"] == "notYours"
    assert (await api.get(f"{PATH}/{anna}"))["test"] is False


async def test_a_test_member_uses_no_limit_stock_or_code_that_all_members_share(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(
        reactors__limited=LIMITED,
        rewards__listed=LISTED,
        rewards__shared=SHARED,
        rewards__mug=MUG,
    )
    tess, anna = await register(api, email="tess@example.com", test=True), await register(api)
    for member in (tess, anna):
        await api.post("/api/DEFAULT/points/add", {"transfer": {"customer": member, "points": 100}})
    await api.post(f"{REWARD}/listed/coupon", {"coupons": ["REAL-1"]})
    await api.http.put(f"{REWARD}/mug/stock", json={"stock": 1})

    async def buy(reward: str, member: str) -> Any:
        return await api.post(f"{REWARD}/{reward}/buy", {"customerId": member, "quantity": 1})

    for _ in range(3):
        await api.report(customerData={"email": "tess@example.com"})
    for reward in ("listed", "shared", "mug") * 2:
        answer = await buy(reward, tess)
        assert answer.status_code == 200, answer.text
    await answer_events(api)

    codes = [(await buy(reward, anna)).json()[0]["issuedRewardId"] for reward in ("listed", "shared")]
    shown = [(await api.get(f"/api/DEFAULT/redemption/{each}"))["issuedCoupon"]["code"] for each in codes]
    assert (await buy("mug", anna)).status_code == 200
    await api.report()
    await answer_events(api)
    assert shown == ["REAL-1", "SUMMER"]
    of_tess = (await api.get(f"/api/DEFAULT/redemption?customerId={tess}"))["items"]
    made_up = [each["issuedCoupon"]["code"] for each in of_tess if "issuedCoupon" in each]
    assert len(made_up) == 4
    assert all(code.startswith("TEST-") for code in made_up)
    earned = [(await api.get(f"{PATH}/{each}/status"))["earnedPoints"] for each in (tess, anna)]
    assert earned == [120, 110], "tess is held to the limit of each member alone, and anna to the one of all"
    assert (await buy("mug", anna)).status_code == 400


EXPIRING = "reactor: early\non: app_login\nthen: [{award_points: {points: 10, expires: {after: 9d}}}]\n"


async def test_lists_are_without_test_members_or_of_them_alone(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(rewards__mug=MUG, reactors__early=EXPIRING)
    tess, anna = await register(api, email="tess@example.com", test=True), await register(api)
    for email in ("tess@example.com", "anna@example.com"):
        await api.report(customerData={"email": email})
    await answer_events(api)
    for member in (tess, anna):
        answer = await api.post(f"{REWARD}/mug/buy", {"customerId": member, "quantity": 1})
        assert answer.status_code == 200, answer.text

    async def owners(path: str, test: str) -> list[str]:
        found = await api.get(f"/api/DEFAULT/{path}?test={test}")
        return [each.get("customerId") or each["customerData"]["customerId"] for each in found["items"]]

    for path, times in (("points", 2), ("points/expiring", 1), ("redemption", 1), ("campaign/early/decision", 1)):
        assert await owners(path, "true") == [tess] * times, path
        assert await owners(path, "false") == [anna] * times, path


async def test_a_test_member_is_merged_with_one_of_their_kind_alone(api: Api):
    tess, anna = await register(api, email="tess@example.com", test=True), await register(api)

    refused = await api.post(f"{PATH}/{anna}/merge", {"mergedCustomer": tess})

    assert fault(refused, "mergedCustomer")["code"] == "testMember"
