"""Requests that users sent to other loyalty platforms, exactly as they wrote them."""

import json

import pytest

from tests.kit.api import Api

SEED_EVENT = """{ "event": { "type": "app_login", "eventDate": "2024-05-01T00:00:00",
"customerData": { "email": "[email protected]" } } }"""

SAMPLE_EVENT = """{
"event": {
"type": "text",
"customerData": {
"customerId": "7239e6f7-e52e-466b-8c24-699709b64076",
"email": "text",
"phone": "text",
"loyaltyCardNumber": "text"
},
"eventDate": "2025-11-18T21:24:46.272Z",
"body": {
"key": "value"
}
}
}"""

SUBSCRIPTION = """{
"webhookSubscription": {
"eventName": "%s",
"url": "https://receiver.example/hook",
"headers": [
{
"headerName": "text",
"headerValue": "text"
}
]
}
}"""


async def test_the_login_of_the_seeds_gives_a_token_and_a_refresh_token(api: Api):
    headers = {"Content-Type": "application/json;charset=UTF-8", "Accept": "application/json, text/plain, */*"}
    del api.http.headers["Authorization"]

    answer = await api.http.post(
        "/api/admin/login_check", content='{"username":"admin","password":"password"}', headers=headers
    )

    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "refresh_token"}


@pytest.mark.parametrize("text", [SEED_EVENT, SAMPLE_EVENT])
async def test_an_event_of_the_seeds_is_accepted(api_anywhere: Api, text: str):
    answer = await api_anywhere.http.post(
        "/api/DEFAULT/customEvent", content=text, headers={"Content-Type": "application/json", "Accept": "*/*"}
    )

    assert answer.status_code == 200, answer.text
    event_id = answer.json()["customEventId"]
    assert [event.type for event in api_anywhere.started] == ["member_registered", json.loads(text)["event"]["type"]]
    assert api_anywhere.started[1].id == event_id


async def test_the_member_of_the_seeds_sample_gets_the_id_it_names(api: Api):
    await api.http.post("/api/DEFAULT/customEvent", content=SAMPLE_EVENT)

    member = await api.get("/api/DEFAULT/member/7239e6f7-e52e-466b-8c24-699709b64076")

    assert (member["email"], member["phone"], member["loyaltyCardNumber"]) == ("text", "text", "text")


@pytest.mark.parametrize(
    "name",
    [
        "TransactionRegistered",
        "PointsWillExpire",
        "LevelWillExpire",
        "AvailablePointsAmountChanged",
        "TransactionAssignedToCustomer",
        "RewardRedemptionStatusChanged",
        "CampaignEffectWasApplied",
        "CustomerWasRegisteredWithoutActivation",
        "CustomerUpdated",
        "CustomerRequestedSendActivationCode",
        "CustomerRequestedPasswordReset",
        "CustomerRegistered",
        "CustomerPhoneNumberWasChanged",
        "CustomerLevelChanged",
        "CustomerEmailWasChanged",
        "CustomerDeactivated",
        "CustomerBoughtReward",
        "CouponWillExpire",
        "MemberAchievementProgressWasChanged",
    ],
)
async def test_every_webhook_of_the_seeds_is_listed_and_can_be_subscribed_to(api: Api, name: str):
    listed = await api.get("/api/DEFAULT/webhook/event")
    answer = await api.http.post("/api/DEFAULT/webhook/subscription", content=SUBSCRIPTION % name)

    assert name in listed["items"]
    assert answer.status_code == 200, answer.text


async def test_an_event_can_have_two_subscriptions(api: Api):
    body = {"webhookSubscription": {"eventName": "CustomerRegistered", "url": "https://receiver.example/hook"}}

    ids = {(await api.post("/api/DEFAULT/webhook/subscription", body)).json()["webhookSubscriptionId"] for _ in "12"}

    assert len(ids) == 2
    assert (await api.get("/api/DEFAULT/webhook/subscription"))["total"]["all"] == 2
