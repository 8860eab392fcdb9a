"""Messages for causes without a test beside their resource: a registration, and what one reported event leads to."""

from collections import Counter

from loyalty.webhooks.messages import EVENT_NAMES
from tests.kit.api import Api
from tests.kit.sent import sent, subscribe

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
    assert {"give_points", "give_reward"} <= set(effects)
    assert len(effects) >= 3
    counts = [data["achievement"]["memberProgress"]["completedCount"] for name, data in found if "Progress" in name]
    assert sorted(counts) == [0, 1]


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
