"""Pages of webhooks: the panel of the admin guide, and deliveries."""

from datetime import UTC, datetime, timedelta

import httpx2

from database import Transaction
from loyalty.ids import new_id
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of, text_of
from tests.kit.webhooks import add_deliveries, add_member

WEBHOOKS = f"{HOME}/webhooks"
FIELDS = {
    "webhookSubscription.eventName": "CustomerRegistered",
    "webhookSubscription.url": "https://partner.example/hook?secret=1",
    "webhookSubscription.name": "Loyalty app",
    "webhookSubscription.activeFrom": "2026-01-01T10:00",
    "webhookSubscription.format": "legacy",
    "webhookSubscription.headers.0.headerName": "",
    "webhookSubscription.headers.0.headerValue": "",
    "webhookSubscription.headers.1.headerName": "X-Shop",
    "webhookSubscription.headers.1.headerValue": "17",
}


async def subscriptions(api: Api) -> list[dict]:
    return (await api.get("/api/DEFAULT/webhook/subscription"))["items"]


async def add(visitor: Visitor, **changed: str) -> httpx2.Response:
    """Send the form, with fields changed by the last steps of their paths."""
    fields = {name: changed.get(name.rpartition(".")[2], value) for name, value in FIELDS.items()}
    return await visitor.post(f"{WEBHOOKS}/new", fields)


async def test_a_webhook_is_added_with_its_headers_and_its_secret_is_shown_once(api: Api, visitor: Visitor) -> None:
    empty = await visitor.page(WEBHOOKS)
    added = await add(visitor)
    listed = await visitor.page(WEBHOOKS)

    assert "ADD NEW WEBHOOK" in empty
    assert "EXPIRING NOTIFICATIONS" in empty
    assert added.status_code == 200
    assert "whsec_" in added.text
    assert "whsec_" not in listed
    assert "Webhook name Active from Legacy URL" in listed
    assert "Loyalty app 2026-01-01 10:00:00 Yes https://partner.example/hook?********" in listed
    (stored,) = await subscriptions(api)
    assert [each["headerName"] for each in stored["headers"]] == ["X-Shop"]


async def test_what_is_refused_is_said_at_its_field_and_nothing_is_lost(api: Api, visitor: Visitor) -> None:
    refused = await add(visitor, url="ftp://partner.example", headerName="Bad Name", name=" x ")

    assert refused.status_code == 400
    assert 'id="f-webhookSubscription-url-error"' in refused.text
    assert 'id="f-webhookSubscription-headers-0-headerName-error"' in refused.text
    assert 'value="ftp://partner.example"' in refused.text
    assert 'value="Bad Name"' in refused.text
    assert await subscriptions(api) == []
    log = (await api.get("/api/audit/log?outcome=refused"))["items"]
    assert [each["eventType"] for each in log] == ["POST /console/stores/{storeCode}/webhooks/new"]


async def test_another_header_is_another_row(visitor: Visitor) -> None:
    more = await visitor.post(f"{WEBHOOKS}/new", FIELDS | {"_more": "1"})

    assert "Header 3: value" in text_of(more)
    assert 'value="X-Shop"' in more.text


async def test_what_is_masked_stays_when_a_webhook_is_edited(api: Api, visitor: Visitor) -> None:
    await add(visitor)
    subscription = (await subscriptions(api))[0]["webhookSubscriptionId"]
    form = await visitor.get(f"{WEBHOOKS}/{subscription}/edit")
    fields = {name: value for name, value in FIELDS.items() if not name.endswith("eventName")}
    fields |= {
        "webhookSubscription.name": "",
        "webhookSubscription.url": "https://partner.example/hook?********",
        "webhookSubscription.headers.1.headerValue": "********",
    }

    saved = await visitor.post(f"{WEBHOOKS}/{subscription}/edit", fields | {"_key": hidden_of(form)["_key"]})
    stored = await api.database.store("DEFAULT").read(lambda tx: tx.subscriptions.get(subscription))

    assert saved.status_code == 303, text_of(saved)
    assert "The webhook is saved." in await visitor.page(saved.headers["location"])
    assert "The webhook is saved." not in await visitor.page(saved.headers["location"])
    assert stored is not None
    assert (stored.url, stored.name) == ("https://partner.example/hook?secret=1", None)
    assert stored.headers == [{"headerName": "X-Shop", "headerValue": "17"}]


async def test_a_webhook_is_found_by_its_columns_and_by_a_search(visitor: Visitor) -> None:
    await add(visitor)
    await add(visitor, name="Till", url="https://till.example/", format="current")

    for query in ("search=TILL", "name[like]=Til", "legacy=false", "url[like]=till.example"):
        found = await visitor.page(f"{WEBHOOKS}?{query}")
        assert "Till" in found, query
        assert "Loyalty app" not in found, query


async def test_a_webhook_is_ended_after_a_question(api: Api, visitor: Visitor) -> None:
    await add(visitor)
    subscription = (await subscriptions(api))[0]["webhookSubscriptionId"]

    asked = await visitor.post(f"{WEBHOOKS}/{subscription}/end")
    there = await subscriptions(api)
    await visitor.post(f"{WEBHOOKS}/{subscription}/end", {"sure": "yes"})

    assert "End this webhook?" in text_of(asked)
    assert len(there) == 1
    assert await subscriptions(api) == []


async def test_deliveries_are_counted_before_they_are_sent_again(api: Api, visitor: Visitor) -> None:
    added = await add_deliveries(api.database, "failed", "skipped", "delivered")
    path = f"{WEBHOOKS}/{added.subscription}/recover"
    key = hidden_of(await visitor.get(path))["_key"]
    since = {"recover.since": "2026-01-01T00:00", "_key": key}

    counted = await visitor.post(path, since)
    started = await visitor.post(path, since | {"_start": "1"})
    again = await visitor.post(path, since | {"_start": "1"})
    job = await visitor.get(started.headers["location"])
    jobs = (await api.get("/api/DEFAULT/webhook/resend"))["items"]

    assert "2 deliveries fit" in text_of(counted)
    assert "Send 2 again" in text_of(counted)
    assert again.headers["location"] == started.headers["location"], "a form that is sent twice begins one job"
    assert "0 sent again, 0 of 2 looked at" in text_of(job)
    assert len(jobs) == 1
    cancelled = await visitor.post(f"{started.headers['location']}/cancel")
    assert "cancelled" in await visitor.page(cancelled.headers["location"])


async def test_many_are_sent_again_by_what_came_of_them(api: Api, visitor: Visitor) -> None:
    await add_deliveries(api.database, "failed", "skipped", "delivered", other=1)
    path = f"{WEBHOOKS}/resends/new"

    everything = await visitor.post(path, {})
    delivered = await visitor.post(path, {"resend.status.0": "delivered"})
    nonsense = await visitor.post(path, {"resend.createdFrom": "nonsense"})

    assert "2 deliveries fit" in text_of(everything)
    assert "1 delivery fits" in text_of(delivered)
    assert 'id="f-resend-createdFrom-error"' in nonsense.text


async def test_one_delivery_is_shown_and_sent_again(api: Api, visitor: Visitor) -> None:
    added = await add_deliveries(api.database, "failed", "skipped", "delivered")
    page = await visitor.page(f"{WEBHOOKS}/deliveries?status=failed")
    one = f"{WEBHOOKS}/deliveries/{added.ids[0]}"
    shown = await visitor.get(one)

    sent = await visitor.post(f"{one}/resend", {"_key": hidden_of(shown)["_key"]})

    assert page.count("CustomerRegistered") >= 1
    assert "Attempts" in text_of(shown)
    after = await visitor.page(sent.headers["location"])
    assert "It is sent again." in after
    assert "pending" in after


async def test_deliveries_page_by_key(api: Api, visitor: Visitor) -> None:
    await add_deliveries(api.database, *["failed"] * 30)

    first = await visitor.get(f"{WEBHOOKS}/deliveries?status=failed")
    following = first.text.split('rel="next"')[0].rpartition('href="')[2].split('"')[0].replace("&amp;", "&")
    second = await visitor.page(f"{WEBHOOKS}/deliveries{following}")

    assert "_scroll=" in following
    assert "status=failed" in following
    assert "First page" in second
    assert "Next page" not in second


async def test_the_days_of_notices_are_saved_with_who_would_be_told(api: Api, visitor: Visitor) -> None:
    members = [new_id(), new_id()]
    now = datetime.now(UTC)

    def expire(tx: Transaction) -> None:
        for number, member in enumerate(members):
            add_member(tx, member, now)
            tx.due_items.set(member, "expire", now + timedelta(days=3 + 10 * number), member=member)

    await api.write(expire)
    path = f"{WEBHOOKS}/expiring-notifications"
    first = await visitor.page(path)
    previewed = await visitor.post(path, {"settings.expirePointsNotificationDays": "20", "_preview": "1"})
    refused = await visitor.post(path, {"settings.expirePointsNotificationDays": "soon"})
    saved = await visitor.post(path, {"settings.expirePointsNotificationDays": "20"})

    assert "Days before expiring Units to notify the user" in first
    assert "Save Settings" in first
    assert "7d, as the program says 1 member has" in first
    assert "2 members have something that ends within these days" in text_of(previewed)
    assert 'id="f-settings-expirePointsNotificationDays-error"' in refused.text
    assert saved.status_code == 303
    assert "20 days, as set here 2 members have" in await visitor.page(path)


async def test_secrets_are_rotated_and_shown_once(api: Api, visitor: Visitor) -> None:
    await add(visitor)
    subscription = (await subscriptions(api))[0]["webhookSubscriptionId"]

    rotated = await visitor.post(f"{WEBHOOKS}/{subscription}/rotate")
    again = await visitor.post(f"{WEBHOOKS}/{subscription}/rotate")
    refused = await visitor.get(again.headers["location"])
    store = await visitor.post(f"{WEBHOOKS}/store-secret/rotate")

    assert "whsec_" in rotated.text
    assert "The one before signs, too, until" in text_of(rotated)
    assert again.status_code == 303, "two are valid already"
    assert "This was not done: " in text_of(refused)
    assert "alert-danger notice" in refused.text
    assert "This was not done" not in await visitor.page(again.headers["location"])
    assert "whsec_" in store.text
    assert "whsec_" not in (await visitor.get(f"{WEBHOOKS}/{subscription}")).text
