"""Rewards over HTTP: the catalogue, buying, stock, codes, and what each refuses."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from database import Transaction
from loyalty.losses import DeployConsent
from loyalty.members.registration import NewMember, add_member
from loyalty.store.members import Identity
from tests.kit.api import Api, fault
from tests.kit.rewards import FILES
from tests.kit.sent import sent, subscribe
from tests.kit.transactions import document, returned

R, DEFAULT = "/api/DEFAULT/reward", "/api/DEFAULT"
NOBODY = "0190f2a0-0000-7000-8000-00000000dead"
REWARDS = {name.replace("/", "__").removesuffix(".yaml"): text for name, text in FILES.items() if "rewards/" in name}
ALWAYS = {"rewards__spring": "reward: spring\nprice: 10\nsold: {from: 2099-05-03}\ncategories: [drinks]\n"}


async def shop(api: Api) -> str:
    """Deploy the rewards, and register Anna with 1,000 points; return her id."""
    wallets = "wallets:\n  points: {default: true}\n  miles: {}\n"
    tiers = "tiers: [{tier: bronze, from: 0}, {tier: gold, from: 1000000}]\n"
    program = f"store: DEFAULT\ntitle: Coffee shop\ntimezone: UTC\nunknown_members: register\n{wallets}{tiers}"
    await api.programs.deploy(_files(program), by="test", consent=DeployConsent(rename=True))
    api.programs._in_force.clear()
    answer = await api.post(f"{DEFAULT}/member", {"customer": {"email": "anna@example.com", "firstName": "Anna"}})
    member: str = answer.json()["customerId"]
    for wallet in ("points", "miles"):
        content = {"customer": member, "points": 1000, "walletCode": wallet}
        assert (await api.post(f"{DEFAULT}/points/add", {"transfer": content})).status_code == 200
    return member


def _files(program: str) -> Any:
    texts = {"program.yaml": program, **{k: v for k, v in FILES.items() if k != "program.yaml"}}
    texts["rewards/spring.yaml"] = ALWAYS["rewards__spring"]
    return {name: text.encode() for name, text in texts.items()}


async def buy(api: Api, reward: str, member: str, **more: Any) -> Any:
    return await api.post(f"{R}/{reward}/buy", {"customerId": member, "quantity": 1, "withoutPoints": False, **more})


async def bought(api: Api, reward: str, member: str, **more: Any) -> str:
    answer = await buy(api, reward, member, **more)
    assert answer.status_code == 200, answer.text
    (issued,) = answer.json()
    return str(issued["issuedRewardId"])


async def test_a_reward_is_bought_shown_used_and_made_unused(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)

    issued = await bought(api, "coffee", anna)

    shown = await api.get(f"{DEFAULT}/redemption/{issued}")
    code = shown["issuedCoupon"]["code"]
    assert (shown["name"], shown["status"], shown["costInPoints"]) == ("A coffee", "issued", 100)
    assert shown["rewardType"] == "dynamic_coupon"
    assert shown["issuedCoupon"]["value"] == 5
    assert shown["customerData"]["email"] == "anna@example.com"
    assert shown["actionCause"]["customerId"] == anna
    path = f"{DEFAULT}/member/{anna}/reward"
    used = await api.post(f"{path}/redeem", {"couponCode": code})
    assert used.json() == {"code": code, "used": True, "customerId": anna}
    assert fault(await api.post(f"{path}/redeem", {"couponCode": code}), "couponCode")["code"] == "couponUsed"
    found = await api.get(f"{DEFAULT}/coupon/{code}")
    assert (found["totalAssigned"], found["totalUsages"], found["holders"][0]["customerId"]) == (1, 1, anna)
    again = await api.post(f"{path}/reissue", {"couponCode": code})
    assert again.json() == {"code": code, "used": False, "customerId": anna}
    assert fault(await api.post(f"{path}/reissue", {"couponCode": code}), "couponCode")["code"] == "couponNotUsed"
    assert fault(await api.post(f"{path}/redeem", {"couponCode": "NONE"}), "couponCode")["code"] == "unknownCoupon"
    assert [event.type for event in api.started][-4:] == [
        "points_spent",
        "reward_issued",
        "reward_used",
        "reward_reissued",
    ]


async def test_a_thing_moves_on_and_is_cancelled(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)
    issued = await bought(api, "mug", anna)
    path = f"{DEFAULT}/redemption/{issued}"

    assert (await api.post(f"{path}/status", {"status": "shipped", "comment": "By bike"})).status_code == 204

    history = (await api.get(f"{path}/status/history"))["items"]
    assert [(each["status"], each["comment"]) for each in history] == [("issued", ""), ("shipped", "By bike")]
    assert (await api.get(path))["status"] == "shipped"
    assert fault(await api.post(f"{path}/status", {"status": "lost"}), "status")["code"] == "statusNotAllowed"
    assert (await api.post(f"{path}/cancel", None)).status_code == 204
    shown = await api.get(path)
    assert (shown["status"], "cancelledAt" in shown) == ("canceled", True)
    assert fault(await api.post(f"{path}/cancel", None), "issuedReward")["code"] == "alreadyCancelled"
    wallets = (await api.get(f"{DEFAULT}/member/{anna}/wallet"))["items"]
    assert wallets[0]["account"]["activeUnits"] == 1000


async def test_the_catalogue_is_listed_shown_and_filtered(api: Api):
    await shop(api)

    listed = await api.get(f"{R}?_itemsOnPage=50")

    assert listed["total"]["all"] == len(REWARDS)
    (coffee,) = (await api.get(f"{R}?name=A coffee"))["items"]
    assert (coffee["costInPoints"], coffee["active"], coffee["stock"]) == (100, True, None)
    assert await api.get(f"{R}/coffee") == await api.get(f"{R}/{coffee['rewardId']}") == coffee
    for query, number in (
        ("reward=material", 5),
        ("costInPoints[gte]=50", 2),
        ("public=false", 1),
        ("categories=drinks", 1),
        ("visible=false", 0),
        ("labels=none", 0),
    ):
        assert (await api.get(f"{R}?{query}"))["total"]["all"] == number, query
    (category,) = (await api.get(f"{DEFAULT}/rewardCategory"))["items"]
    assert category["name"] == "drinks"
    assert await api.get(f"{DEFAULT}/rewardCategory/{category['rewardCategoryId']}") == category


async def test_a_member_sees_what_they_may_buy_and_why_not(api: Api):
    anna = await shop(api)

    listed = await api.get(f"{DEFAULT}/member/{anna}/reward?_itemsOnPage=50")

    reasons = {each["code"]: (each["reason"] or {}).get("code") for each in listed["items"]}
    assert reasons == {
        "coffee": None,
        "gift": "rewardNotForSale",
        "gold-cup": "notEligible",
        "listed": "rewardSoldOut",
        "mug": None,
        "spring": "rewardNotOnSaleYet",
        "summer": None,
        "twice": None,
        "voucher": None,
    }
    assert (await api.get(f"{DEFAULT}/member/{anna}/reward?available=false"))["total"]["all"] == 4
    assert [each["customerId"] for each in (await api.get(f"{R}/coffee/members"))["items"]] == [anna]
    assert (await api.get(f"{R}/gold-cup/members"))["items"] == []


async def test_stock_codes_and_pauses_are_set(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)

    assert (await api.http.put(f"{R}/mug/stock", json={"stock": 1})).status_code == 204
    assert (await api.post(f"{R}/listed/coupon", {"coupons": ["A", "B"]})).status_code == 204
    assert (await api.post(f"{R}/coffee/deactivate", None)).status_code == 204

    await bought(api, "mug", anna)
    issued = await bought(api, "listed", anna)
    assert fault(await buy(api, "mug", anna), "reward")["code"] == "rewardSoldOut"
    assert fault(await buy(api, "coffee", anna), "reward")["code"] == "rewardPaused"
    codes = (await api.get(f"{R}/listed/coupon?_orderBy[createdAt]=asc"))["items"]
    assert [(each["code"], each["issuedRewardId"]) for each in codes] == [("A", issued), ("B", None)]
    assert (await api.get(f"{R}/listed/coupon?issued=false"))["total"]["filtered"] == 1
    assert fault(await api.post(f"{R}/listed/coupon", {"coupons": ["C", "A"]}), "coupons")["code"] == "codeTaken"
    assert (
        fault(await api.post(f"{R}/listed/coupon", {"coupons": ["C", "C"]}), "coupons.1")["code"] == "invalidCouponCode"
    )
    assert fault(await api.post(f"{R}/coffee/coupon", {"coupons": ["C"]}), "coupons")["code"] == "takesNoCodes"
    deleted = await api.http.delete(f"{R}/listed/coupon/B")
    assert deleted.status_code == 204
    assert (await api.http.delete(f"{R}/listed/coupon/B")).status_code == 404
    assert fault(await api.http.delete(f"{R}/listed/coupon/A"), "couponCode")["code"] == "couponIssued"
    assert (await api.post(f"{R}/coffee/activate", None)).status_code == 204
    await bought(api, "coffee", anna)


@pytest.mark.parametrize("code", ["10/20", "x/y?z#%", "é", "🎁", "a+b&c"])
async def test_codes_of_any_characters_are_found_and_deleted(api: Api, code: str):
    await shop(api)
    path = quote(code, safe="")
    assert (await api.post(f"{R}/listed/coupon", {"coupons": [code]})).status_code == 204

    found = await api.http.get(f"{DEFAULT}/coupon/{path}")
    deleted = await api.http.delete(f"{R}/listed/coupon/{path}")

    assert (found.status_code, found.json()["code"], deleted.status_code) == (200, code, 204)
    assert (await api.get(f"{R}/listed/coupon"))["items"] == []


async def test_issued_rewards_are_filtered(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)
    coffee, mug = await bought(api, "coffee", anna), await bought(api, "mug", anna)
    await bought(api, "coffee", anna, withoutPoints=True, couponValue=7.5, dateValid="2099-12-31")
    await api.post(f"{DEFAULT}/redemption/{mug}/status", {"status": "shipped"})
    await api.post(f"{DEFAULT}/redemption/{coffee}/cancel", None)

    for query, number in (
        ("", 3),
        ("status=canceled", 1),
        ("status=shipped", 1),
        ("status=issued", 1),
        ("name=A mug", 1),
        ("name[like]=COFFEE", 2),
        ("rewardType=material", 1),
        ("costInPoints=0", 1),
        ("costInPoints[gt]=60", 1),
        (f"customerId={anna}", 3),
        ("customerData:email=anna@example.com", 3),
        ("customerData:firstName=Bert", 0),
        ("customerData:firstName[like]=nn", 3),
        ("customerData:loyaltyCardNumber=x", 0),
        (f"actionCause:campaignId={NOBODY}", 0),
        (f"actionCause:customEventId={NOBODY}", 0),
        ("actionCause:internalEventName=member_registered", 0),
        ("actionCause:transactionId=x", 0),
        ("reward:labels=x", 0),
        ("reward:categories=drinks", 0),
        ("token=none", 0),
        ("redemptionDate[gt]=2020-01-01", 3),
        ("cancelledAt[gt]=2020-01-01", 1),
    ):
        listed = await api.get(f"{DEFAULT}/redemption?{query}")
        assert listed["total"]["filtered"] == number, query


async def test_a_reward_for_a_sale_and_one_for_its_return_name_the_document(api_anywhere: Api):
    api = api_anywhere
    given = "then: [{issue_reward: gift}]\n"
    await api.deploy(
        rewards__gift="reward: gift\n",
        reactors__sold=f"reactor: sold\non: transaction\n{given}",
        reactors__back=f"reactor: back\non: transaction_returned\n{given}",
    )
    await subscribe(api, ["CustomerBoughtReward"])
    path = f"{DEFAULT}/transaction"
    anna = (await api.post(f"{DEFAULT}/member", {"customer": {"email": "anna@example.com"}})).json()["customerId"]
    sale = (await api.post(path, document("A", customer={"email": "anna@example.com"}))).json()["transactionId"]
    await sent(api)
    back = (await api.post(path, returned("R", "A"))).json()["transactionId"]
    messages = await sent(api)

    by_document = {
        each: (await api.get(f"{DEFAULT}/redemption?actionCause:transactionId={each}"))["items"]
        for each in (sale, back)
    }
    assert {each: len(found) for each, found in by_document.items()} == {sale: 1, back: 1}
    for document_id, (found,) in by_document.items():
        cause = found["actionCause"]
        assert (cause["transactionId"], cause["customerId"]) == (document_id, anna)
        assert (cause["customEventId"], cause["internalEventName"]) == (None, None)
    assert [data["actionCause"]["transactionId"] for _, data in messages] == [sale, back]


async def test_issued_rewards_are_found_by_names_that_many_members_have(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)
    await bought(api, "coffee", anna)
    now = datetime.now(UTC)
    later = [
        NewMember(Identity(email=f"a{number}@example.com"), now, profile={"firstName": "Anna"}) for number in range(510)
    ]

    def register(tx: Transaction) -> None:
        for new in later:
            add_member(tx, program, new, now=now)

    _, program = await api.programs.current("DEFAULT")
    await api.write(register)

    assert (await api.get(f"{DEFAULT}/redemption?customerData:firstName=anna"))["total"]["filtered"] == 1


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("coffee", {"quantity": 0}, "quantity", "greaterThanEqual"),
    ("coffee", {"quantity": 1.5}, "quantity", "intType"),
    ("coffee", {"quantity": 51}, "quantity", "lessThanEqual"),
    ("coffee", {"customerId": NOBODY}, "customerId", "unknownMember"),
    ("coffee", {"customerId": None}, "customerId", "missing"),
    ("coffee", {"units": -5}, "units", "otherPrice"),
    ("coffee", {"units": "5"}, "units", "numberType"),
    ("voucher", {"units": 12}, "units", "otherPrice"),
    ("voucher", {"units": 10.0000001}, "units", "otherPrice"),
    ("coffee", {"rewardWalletCode": "miles"}, "units", "otherPrice"),
    ("coffee", {"couponValue": 0}, "couponValue", "invalidCouponValue"),
    ("coffee", {"dateValid": "soon"}, "dateValid", "invalidDate"),
    ("coffee", {"dateValid": "2020-01-01"}, "dateValid", "dateInPast"),
    ("coffee", {"withoutPoints": True, "units": 10}, "units", "contradiction"),
    ("coffee", {"quantity": 11}, "customerId", "notEnoughPoints"),
    ("gift", {}, "reward", "rewardNotForSale"),
    ("gold-cup", {}, "customerId", "notEligible"),
    ("twice", {"quantity": 3}, "quantity", "purchaseLimitReached"),
]


@pytest.mark.parametrize(("reward", "changed", "path", "code"), WRONG)
async def test_a_wrong_purchase_is_refused_at_its_path(
    api: Api, reward: str, changed: dict[str, Any], path: str, code: str
):
    anna = await shop(api)

    answer = await buy(api, reward, anna, **changed)

    assert fault(answer, path)["code"] == code
    assert (await api.get(f"{DEFAULT}/redemption"))["items"] == []


async def test_what_is_gone_is_not_found_and_what_is_in_files_is_not_written(api: Api):
    anna = await shop(api)

    gone = (
        await api.http.get(f"{R}/tea"),
        await buy(api, "tea", anna),
        await api.http.get(f"{R}/tea/members"),
        await api.http.get(f"{R}/tea/coupon"),
        await api.post(f"{R}/tea/activate", None),
        await api.http.put(f"{R}/tea/stock", json={"stock": 1}),
        await api.http.get(f"{DEFAULT}/redemption/{NOBODY}"),
        await api.post(f"{DEFAULT}/redemption/{NOBODY}/cancel", None),
        await api.http.get(f"{DEFAULT}/redemption/{NOBODY}/status/history"),
        await api.http.get(f"{DEFAULT}/coupon/NONE"),
        await api.http.get(f"{DEFAULT}/rewardCategory/none"),
        await api.http.get(f"{DEFAULT}/member/{NOBODY}/reward"),
        await api.post(f"{DEFAULT}/member/{NOBODY}/reward/redeem", {"couponCode": "A"}),
    )

    assert [each.status_code for each in gone] == [404] * len(gone)
    in_files = (
        await api.post(R, {}),
        await api.http.put(f"{R}/coffee", json={}),
        await api.post(f"{DEFAULT}/rewardCategory", {}),
        await api.http.put(f"{DEFAULT}/rewardCategory/drinks", json={}),
        await api.post(f"{DEFAULT}/rewardCategory/drinks/active", {}),
    )
    assert [each.status_code for each in in_files] == [405] * len(in_files)
    assert "rewards/ of DEFAULT" in in_files[0].json()["message"]


async def test_the_same_key_buys_once(api_anywhere: Api):
    api = api_anywhere
    anna = await shop(api)
    headers = {"Idempotency-Key": "till-7"}

    first = await api.post(f"{R}/coffee/buy", {"customerId": anna, "quantity": 1}, headers=headers)
    again = await api.post(f"{R}/coffee/buy", {"customerId": anna, "quantity": 1}, headers=headers)

    assert first.json() == again.json()
    assert (await api.get(f"{DEFAULT}/redemption"))["total"]["all"] == 1


async def test_a_member_buys_for_themselves_alone(api: Api):
    anna = await shop(api)
    content = {"email": "bea@example.com", "plainPassword": "Correct-horse-9", "agreement1": True}
    registered = await api.post(f"{DEFAULT}/member", {"customer": content})
    bea = registered.json()["customerId"]
    login = {"username": "bea@example.com", "password": "Correct-horse-9"}
    token = (await api.post(f"{DEFAULT}/member/login_check", login)).json()["token"]
    own = {"headers": {"Authorization": f"Bearer {token}"}}
    await api.post(f"{DEFAULT}/points/add", {"transfer": {"customer": bea, "points": 100}})

    answer = await api.post(f"{R}/coffee/buy", {"quantity": 1}, **own)

    assert answer.status_code == 200, answer.text
    assert (await api.post(f"{R}/coffee/buy", {"customerId": anna, "quantity": 1}, **own)).status_code == 403
    for changed in ({"withoutPoints": True}, {"couponValue": 5}, {"dateValid": "2099-01-01"}):
        refused = await api.post(f"{R}/coffee/buy", {"quantity": 1, **changed}, **own)
        assert fault(refused, next(iter(changed)))["code"] == "notAllowed"
    assert (await api.get(f"{DEFAULT}/member/reward/bought", **own))["total"]["all"] == 1
    assert (await api.get(f"{DEFAULT}/member/reward?_itemsOnPage=50", **own))["total"]["all"] == len(REWARDS)
    assert (await api.http.get(f"{DEFAULT}/member/reward")).status_code == 403
    assert (await api.http.get(f"{DEFAULT}/member/{anna}/reward", **own)).status_code == 403
