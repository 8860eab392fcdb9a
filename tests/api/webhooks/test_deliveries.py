"""Deliveries: listed with filters and pages by key, shown with attempts, sent again one by one, and tested."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from database.tables import delivery
from loyalty.ids import new_id
from loyalty.store.webhooks import LoggedAttempt
from tests.kit.api import Api, fault
from tests.kit.receiver import Answer, Receiver
from tests.kit.webhooks import Delivered, add_deliveries, subscribe

PATH = "/api/DEFAULT/webhook/delivery"
SUBSCRIPTION = "/api/DEFAULT/webhook/subscription"
RESEND = "/api/DEFAULT/webhook/resend"
NO_ID = "0190f2a0-0000-7000-8000-000000000001"


@pytest.fixture
async def sent(api_anywhere: Api) -> Delivered:
    """Five deliveries: one of each status to one subscription, and one to another."""
    return await add_deliveries(api_anywhere.database, "delivered", "failed", "skipped", "pending", other=1)


async def test_deliveries_are_listed_by_each_filter(api_anywhere: Api, sent: Delivered):
    async def found(**query: Any) -> list[str]:
        items = (await api_anywhere.get(PATH, params=query))["items"]
        return [each["webhookDeliveryId"] for each in items]

    newest_first = sent.ids[::-1]
    assert await found() == newest_first
    assert await found(**{"_orderBy[createdAt]": "asc"}) == sent.ids
    assert await found(webhookSubscriptionId=sent.subscription) == newest_first[1:]
    assert await found(eventName="CustomerUpdated") == newest_first[:1]
    assert await found(status="failed") == [sent.ids[1]]
    assert await found(customerId=sent.member) == newest_first
    assert await found(customerId=sent.member.upper()) == newest_first
    assert await found(webhookSubscriptionId=sent.subscription.upper()) == newest_first[1:]
    assert await found(customerId=NO_ID) == []
    assert await found(customEventId=sent.event, status="pending") == [newest_first[0], sent.ids[3]]
    assert await found(**{"createdAt[gt]": sent.created[2], "createdAt[lte]": sent.created[3]}) == [sent.ids[3]]


async def test_pages_by_key_follow_one_another_while_others_are_added(api_anywhere: Api, sent: Delivered):
    async def page(cursor: str) -> tuple[list[str], str | None]:
        shown = await api_anywhere.get(PATH, params={"_scroll": cursor, "_itemsOnPage": "2"})
        return [each["webhookDeliveryId"] for each in shown["items"]], shown["scroll"]["next"]

    first, after = await page("")
    await add_deliveries(api_anywhere.database, "pending", ago=timedelta())
    second, after = await page(after or "")
    third, last = await page(after or "")

    assert [first, second, third] == [sent.ids[:2:-1], sent.ids[2:0:-1], sent.ids[:1]]
    assert last is None


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"status": "lost"}, "status"),
        ({"_scroll": "nowhere"}, "_scroll"),
        ({"_scroll": base64.b64encode(b"[]").decode()}, "_scroll"),
        ({"_scroll": base64.b64encode(b'{"createdAt": "2026-05-01", "id": "a"}').decode()}, "_scroll"),
        ({"eventname": "CustomerUpdated"}, "eventname"),
    ],
)
async def test_a_faulty_query_is_refused_at_its_path(api: Api, query: dict, path: str):
    fault(await api.http.get(PATH, params=query), path)


async def test_a_delivery_shows_its_attempts_and_the_next_one(api_anywhere: Api, sent: Delivered):
    at = sent.now
    made = LoggedAttempt(number=1, at=at, status=503, latency_ms=12, answer="busy", error="answered 503")

    def log(tx: Any) -> None:
        tx.webhooks.log_attempt(sent.ids[3], made)
        tx.webhooks.set_delivery(sent.ids[3], status="pending", attempts=1, next_attempt_at=at, finished_at=None)

    await api_anywhere.write(log)

    shown = await api_anywhere.get(f"{PATH}/{sent.ids[3]}")

    assert [(each["status"], each["latencyMs"], each["answer"]) for each in shown["log"]] == [(503, 12, "busy")]
    assert (shown["status"], shown["attempts"], shown["lastAttempt"]["error"]) == ("pending", 1, "answered 503")
    assert shown["nextAttemptAt"] is not None
    assert (await api_anywhere.http.get(f"{PATH}/{NO_ID}")).status_code == 404


async def test_whatever_came_of_a_delivery_it_is_sent_again(api_anywhere: Api, sent: Delivered):
    answers = [await api_anywhere.post(f"{PATH}/{each}/resend", {}) for each in sent.ids[:3]]

    assert [each.json() for each in answers] == [{"webhookDeliveryId": each} for each in sent.ids[:3]]
    assert len((await api_anywhere.get(PATH, params={"status": "pending"}))["items"]) == 5
    assert (await api_anywhere.post(f"{PATH}/{NO_ID}/resend", {})).status_code == 404


async def test_a_delivery_of_a_removed_subscription_is_sent_to_the_one_that_replaces_it(
    api_anywhere: Api, sent: Delivered
):
    await api_anywhere.http.delete(f"{SUBSCRIPTION}/{sent.subscription}")
    skipped = f"{PATH}/{sent.ids[2]}/resend"
    target = await subscribe(api_anywhere.database, "https://new.example/")

    alone = await api_anywhere.post(skipped, {})
    sent_to = [
        (await api_anywhere.post(skipped, {"resend": {"webhookSubscriptionId": target}})).json() for _ in range(2)
    ]

    assert fault(alone, "delivery")["code"] == "noLiveSubscription"
    assert sent_to[0] == sent_to[1]
    shown = await api_anywhere.get(f"{PATH}/{sent_to[0]['webhookDeliveryId']}")
    assert (shown["url"], shown["status"], shown["webhookSubscriptionId"]) == (
        "https://new.example/",
        "pending",
        target,
    )


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"event_name": "CustomerUpdated"}, "otherEventName", "resend"),
        ({"format": "envelope"}, "formatNotKept", "resend"),
        ({"disabled": True}, "noLiveSubscription", "delivery"),
    ],
)
async def test_a_subscription_that_cannot_take_a_message_is_refused(
    api_anywhere: Api, sent: Delivered, fields: dict, code: str, path: str
):
    is_disabled = "disabled" in fields
    target = await subscribe(api_anywhere.database, "https://new.example/", **({} if is_disabled else fields))
    if is_disabled:
        await api_anywhere.write(lambda tx: tx.subscriptions.change(target, disabled_at=sent.now))

    answer = await api_anywhere.post(f"{PATH}/{sent.ids[0]}/resend", {"resend": {"webhookSubscriptionId": target}})

    assert fault(answer, path)["code"] == code


@pytest.mark.parametrize("body", [{"resend": 1}, {"resend": {"webhookSubscriptionId": 1}}, {"resend": None}])
async def test_a_faulty_request_to_send_again_is_refused(api: Api, body: dict):
    assert (await api.post(f"{PATH}/{NO_ID}/resend", body)).status_code == 400


async def test_a_delivery_that_goes_on_by_itself_is_not_sent_again(api_anywhere: Api, sent: Delivered):
    later = delivery.update().where(delivery.c.id == sent.ids[3]).values(attempts=1, next_attempt_at=sent.in_an_hour)
    await api_anywhere.write(lambda tx: tx.connection.execute(later))

    answer = await api_anywhere.post(f"{PATH}/{sent.ids[3]}/resend", {})

    assert fault(answer, "delivery")["code"] == "notGivenUp"


@pytest.mark.parametrize("form", ["current", "legacy", "envelope"])
async def test_a_test_sends_an_example_and_answers_with_what_the_receiver_says(api: Api, form: str):
    with Receiver() as receiver:
        receiver.answer("/hook", Answer(status=202, body=b"thanks"))
        target = await subscribe(api.database, f"{receiver.url}/hook", "AvailablePointsAmountChanged", format=form)

        answer = await api.http.post(f"{SUBSCRIPTION}/{target}/test")

        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["delivered"], shown["status"], shown["answer"], shown["error"]) == (True, 202, "thanks", None)
        (request,) = receiver.requests
        assert request.headers["laurel-test"] == "true"
        assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= request.headers.keys()
        assert {"current": "data", "legacy": "data", "envelope": "event"}[form] in request.json
        assert (await api.get(PATH))["items"] == []
        (entry,) = (await api.get("/api/audit/log"))["items"]
        assert (entry["entityId"], entry["outcome"]) == (target, "done")


async def test_a_test_says_why_it_is_not_delivered(api: Api):
    target = await subscribe(api.database, "http://10.0.0.1/hook")

    shown = (await api.http.post(f"{SUBSCRIPTION}/{target}/test")).json()

    assert (shown["delivered"], shown["status"]) == (False, None)
    assert "LAUREL_WEBHOOK_ALLOW" in shown["error"]
    assert (await api.http.post(f"{SUBSCRIPTION}/{new_id()}/test")).status_code == 404


async def test_deliveries_are_counted_without_an_entry_in_the_audit_log_and_resent_with_one(
    api_anywhere: Api, sent: Delivered
):
    async def recorded() -> list[str]:
        return [each["eventType"] for each in (await api_anywhere.get("/api/audit/log"))["items"]]

    wanted = {"webhookSubscriptionId": sent.subscription}
    before = await recorded()
    counted = (await api_anywhere.post(RESEND, {"resend": {**wanted, "countOnly": True}})).json()

    assert (counted, await recorded()) == ({"webhookResendId": None, "total": 2}, before)
    assert (await api_anywhere.get(RESEND))["items"] == []

    job = (await api_anywhere.post(RESEND, {"resend": wanted})).json()

    assert job["total"] == 2
    assert [each["webhookResendId"] for each in (await api_anywhere.get(RESEND))["items"]] == [job["webhookResendId"]]
    assert await recorded() == ["POST /api/{storeCode}/webhook/resend", *before]
