"""Messages for causes without a test beside their resource: a registration, and what one reported event leads to."""

from collections import Counter
from typing import Any

from sqlalchemy import select

from database import ReadTransaction
from database.tables import delivery
from loyalty.program.rewards import PROGRESS
from loyalty.webhooks.messages import EVENT_NAMES
from tests.kit.api import Api
from tests.kit.sent import answer_events, sent, subscribe
from tests.kit.transactions import document, returned

EVERYTHING = """\
reactor: everything
on: app_login
then:
  - award_points: {points: 600}
  - issue_reward: coffee
  - set_attribute: {name: vip, value: "yes"}
"""
COFFEE = "reward: coffee\ntitle: A free coffee\ncoupon: {value: 10, type: money, valid: 30d}\n"
ONCE = "achievement: once\ntitle: Open the app\non: app_login\ngoal: 1\nthen: [{grant_badge: opened}]\n"


async def test_a_registration_is_sent(api_anywhere: Api):
    await subscribe(api_anywhere, EVENT_NAMES)

    await api_anywhere.post("/api/DEFAULT/member", {"customer": {"email": "ann@example.com"}})

    assert [name for name, _ in await sent(api_anywhere)] == ["CustomerRegistered", "CustomerLevelChanged"]


async def test_what_a_reported_event_leads_to_is_sent(api_anywhere: Api):
    await api_anywhere.deploy(reactors__everything=EVERYTHING, rewards__coffee=COFFEE, achievements__once=ONCE)
    await subscribe(api_anywhere, EVENT_NAMES)

    await api_anywhere.report()

    found = await sent(api_anywhere)
    assert Counter(name for name, _ in found) == {
        "CustomerRegistered": 1,
        "CustomerLevelChanged": 2,
        "AvailablePointsAmountChanged": 1,
        "UnitsTransferWasAdded": 1,
        "CampaignEffectWasApplied": 2,
        "CustomerBoughtReward": 1,
        "MemberAchievementProgressWasChanged": 2,
    }
    effects = [
        each["type"] for name, data in found if name == "CampaignEffectWasApplied" for each in data["effectsGiven"]
    ]
    assert sorted(effects) == ["assign_member_custom_attribute", "give_points", "give_reward", "grant_badge"]
    counts = [data["achievement"]["memberProgress"]["completedCount"] for name, data in found if "Progress" in name]
    assert sorted(counts) == [0, 1]


async def test_effects_are_sent_by_the_title_of_what_fired_with_the_achievement_or_the_code_behind_them(
    api_anywhere: Api,
):
    api = api_anywhere
    code = "reactor: promo\ntitle: Winter code\non: app_login\ncode: {is: {var: [event.body.device, '']}}\n"
    await api.deploy(
        reactors__promo=code + "then: [{issue_reward: coffee}]\n",
        reactors__again="reactor: again\non: achievement_completed\nthen: [{grant_badge: done}]\n",
        rewards__coffee=COFFEE,
        achievements__once=ONCE,
    )
    await api.post("/api/DEFAULT/campaign/promo/codes", {"codes": ["WINTER-7QX2"]})
    await subscribe(api, ["CampaignEffectWasApplied"])

    event = await api.report(body={"device": " winter-7qx2 "})

    found = {data["campaign"]["name"]: data for _, data in await sent(api)}
    assert sorted(found) == ["Open the app", "Winter code", "again"]
    promo, badge = found["Winter code"], found["Open the app"]
    assert promo["redemptionCode"] == "WINTER-7QX2"
    assert promo["campaign"]["trigger"]["type"] == promo["campaign"]["triggerType"] == "custom_event_unique_code"
    assert promo["effectsGiven"][0]["couponValue"] == 10
    completed = badge["campaign"]["trigger"]["relatedAchievement"]
    assert badge["campaign"]["triggerType"] == found["again"]["campaign"]["triggerType"] == "achievement"
    assert (completed["achievementName"], completed["limitReached"]) == ("Open the app", True)
    assert completed["memberProgress"]["completedCount"] == completed["memberProgress"]["rules"][0]["periodGoal"] == 1
    assert completed["lastTrigger"] == {"triggerId": event.json()["customEventId"], "triggerType": "custom_event"}
    listed = (await api.get("/api/DEFAULT/campaign?trigger=custom_event_unique_code"))["items"]
    assert [each["name"] for each in listed] == ["Winter code"]


async def test_each_status_of_an_issued_reward_is_sent(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(reactors__everything=EVERYTHING, rewards__coffee=COFFEE)
    await subscribe(api, ["CustomerBoughtReward", "RewardRedemptionStatusChanged"])
    await api.report()
    ((_, bought),) = await sent(api)
    path = f"/api/DEFAULT/redemption/{bought['rewardRedemption']['redeemedRewardId']}/status"
    statuses = [*(each for each in PROGRESS if each != "completed"), "issued", "canceled"]

    for status in statuses:
        assert (await api.post(path, {"status": status, "comment": f"now {status}"})).status_code == 204
    messages = [data for name, data in await sent(api) if name == "RewardRedemptionStatusChanged"]

    changes = [(each["oldStatus"], each["newStatus"], each["newComment"]) for each in messages]
    before = ["issued", *statuses[:-1]]
    assert changes == [(old, new, f"now {new}") for old, new in zip(before, statuses, strict=True)]


async def test_a_return_of_a_sale_is_sent_by_the_tier_and_the_progress_that_it_takes_back(api_anywhere: Api):
    api = api_anywhere
    once = "achievement: once\non: transaction\ngoal: 1\nrepeat: unlimited\nthen: [{grant_badge: buyer}]\n"
    points = "reactor: points\non: transaction\nthen: [{award_points: {points: 600}}]\n"
    await api.deploy(reactors__points=points, achievements__once=once)
    anna = {"email": "anna@example.com"}
    await api.post("/api/DEFAULT/member", {"customer": anna})
    await sent(api)
    await subscribe(api, ["CustomerLevelChanged", "MemberAchievementProgressWasChanged"])

    await api.post("/api/DEFAULT/transaction", document("A", customer=anna))
    await sent(api)
    await api.post("/api/DEFAULT/transaction", returned("R", "A"))
    messages = await sent(api)

    levels = [(data["level"]["name"], data["level"]["levelMoveUp"]) for name, data in messages if "Level" in name]
    moves = [data for name, data in messages if "Progress" in name]
    shown = [each["achievement"]["memberProgress"] for each in moves]
    assert levels == [("silver", True), ("bronze", False)]
    assert [(each["completedCount"], each["rules"][0]["trigger"]) for each in shown] == [
        (1, "transaction"),
        (0, "transaction"),
    ]
    assert [each["trigger"]["type"] for each in moves] == ["transaction", "custom_event"]
    shown_by_api = await api.get("/api/DEFAULT/achievement/once")
    assert [rule["trigger"] for rule in shown_by_api["rules"]] == ["transaction"]


async def test_a_coupon_that_is_used_is_sent(api_anywhere: Api):
    await api_anywhere.deploy(reactors__everything=EVERYTHING, rewards__coffee=COFFEE)
    await subscribe(api_anywhere, ["CustomerBoughtReward", "CouponCodeWasUsed"])
    await api_anywhere.report()
    ((_, bought),) = await sent(api_anywhere)

    path = f"/api/DEFAULT/member/{bought['customer']['customerId']}/reward/redeem"
    answer = await api_anywhere.post(path, {"couponCode": bought["coupon"]["code"]})

    assert answer.status_code == 200, answer.text
    (name, used) = (await sent(api_anywhere))[-1]
    assert (name, used["issuedCoupon"]["code"]) == ("CouponCodeWasUsed", bought["coupon"]["code"])
    assert used["rewardRedemption"] == bought["rewardRedemption"]


async def test_messages_about_coupons_say_what_was_then_and_how_often_all_members_have_the_code(api_anywhere: Api):
    api = api_anywhere
    shared = "{shared: {code: SUMMER, uses: 9}, value: 5, type: money}"
    await api.deploy(rewards__summer=f"reward: summer\ncoupon: {shared}\n")
    for name in ("CustomerBoughtReward", "CouponCodeWasUsed"):
        target = {"eventName": name, "url": "https://partner.example/", "format": "envelope"}
        await api.post("/api/DEFAULT/webhook/subscription", {"webhookSubscription": target})
    registered = [
        await api.post("/api/DEFAULT/member", {"customer": {"email": f"{name}@example.com"}}) for name in ("ann", "bob")
    ]
    members = [each.json()["customerId"] for each in registered]

    for member in members:
        gift = {"customerId": member, "quantity": 1, "withoutPoints": True}
        assert (await api.post("/api/DEFAULT/reward/summer/buy", gift)).status_code == 200
        await answer_events(api)
    for name in ("redeem", "reissue"):  # before the message of its use is made
        path = f"/api/DEFAULT/member/{members[0]}/reward/{name}"
        assert (await api.post(path, {"couponCode": "SUMMER"})).status_code == 200
    await answer_events(api)

    events = await api.database.store("DEFAULT").read(_events_of_envelopes)
    totals = [_totals(each["executionResults"]) for each in events]
    assert [each["eventType"] for each in events] == ["coupon-code-assigned"] * 2 + ["coupon-code-used"]
    assert totals == [(0, 1, 0, 0), (1, 2, 0, 0), (2, 2, 0, 1)]


def _events_of_envelopes(tx: ReadTransaction) -> list[Any]:
    """Return what is sent in the envelope, in order."""
    ids = tx.connection.execute(select(delivery.c.id).order_by(delivery.c.id)).scalars().all()
    return [found.bodies["envelope"]["event"] for each in ids if (found := tx.webhooks.outbound(each))]


def _totals(usage: Any) -> tuple[int, int, int, int]:
    """Return how often a code was assigned before and after a message, and used."""
    before = usage["coupon"]
    assigned = (before["totalAssigned"], usage["updatedTotalAssigned"])
    return *assigned, before["totalUsages"], usage["updatedTotalUsages"]
