"""Webhook subscriptions: creating, showing, changing, deleting, and what is refused."""

import pytest

from loyalty.masking import MASK
from loyalty.webhooks.messages import EVENT_NAMES
from tests.kit.api import Api, fault

PATH = "/api/DEFAULT/webhook/subscription"
TARGET = {"url": "https://partner.example/hook"}


async def subscribe(api: Api, **changed):
    fields = {"eventName": "CustomerRegistered", **TARGET} | changed
    return await api.post(PATH, {"webhookSubscription": fields})


async def one(api: Api, **changed) -> dict:
    answer = await subscribe(api, **changed)
    assert answer.status_code == 200, answer.text
    return await api.get(f"{PATH}/{answer.json()['webhookSubscriptionId']}")


async def test_the_names_of_events_are_listed(api: Api):
    assert await api.get("/api/DEFAULT/webhook/event") == {"items": list(EVENT_NAMES)}


async def test_a_subscription_shows_its_secret_once(api_anywhere: Api):
    made = (await subscribe(api_anywhere)).json()

    shown = await api_anywhere.http.get(f"{PATH}/{made['webhookSubscriptionId']}")
    listed = await api_anywhere.http.get(PATH)

    assert made["secret"].startswith("whsec_")
    assert "whsec_" not in shown.text + listed.text
    assert shown.json() | {"webhookSubscriptionId": "", "createdAt": ""} == {
        "webhookSubscriptionId": "",
        "name": None,
        "activeFrom": None,
        "eventName": "CustomerRegistered",
        "url": "https://partner.example/hook",
        "headers": [],
        "legacy": False,
        "format": "current",
        "createdAt": "",
        "destinationType": "rest",
        "disabledAt": None,
        "disabledBecause": None,
        "previousSecretUntil": None,
    }


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"format": "envelope"}, ("envelope", False)),
        ({"format": "legacy"}, ("legacy", True)),
        ({"legacy": True}, ("legacy", True)),
        ({"legacy": False}, ("current", False)),
    ],
)
async def test_a_format_is_chosen_by_name_or_by_the_legacy_flag(api: Api, changed: dict, shown: tuple):
    made = await one(api, **changed)

    assert (made["format"], made["legacy"]) == shown


async def test_headers_are_a_list_or_the_deprecated_single_one(api: Api):
    header = {"headerName": "X-Shop", "headerValue": "17"}

    of_old = await one(api, **header)
    listed = await one(api, headers=[header, {"headerName": "X-Till", "headerValue": ""}])

    shown = {"headerName": "X-Shop", "headerValue": MASK}
    assert (of_old["headers"], of_old["headerName"], of_old["headerValue"]) == ([shown], "X-Shop", MASK)
    assert [each["headerName"] for each in listed["headers"]] == ["X-Shop", "X-Till"]


async def test_a_secret_that_the_client_chose_is_used(api_anywhere: Api):
    secret = "whsec_" + "A" * 32

    made = (await subscribe(api_anywhere, secret=secret)).json()

    assert made["secret"] == secret


@pytest.mark.parametrize(
    ("changed", "path", "message"),
    [
        ({"eventName": "CustomerRegisterd"}, "eventName", "did you mean CustomerRegistered?"),
        ({"eventName": "zzz"}, "eventName", "webhook/event"),
        ({"eventName": None}, "eventName", ""),
        ({"url": None}, "url", ""),
        ({"url": "string"}, "url", "https://"),
        ({"url": "ftp://partner.example"}, "url", "https://"),
        ({"url": "http://10.0.0.1/hook"}, "url", "LAUREL_WEBHOOK_ALLOW"),
        ({"url": "http://169.254.169.254/latest"}, "url", "LAUREL_WEBHOOK_ALLOW"),
        ({"url": "http://[::1]:8080/"}, "url", "LAUREL_WEBHOOK_ALLOW"),
        ({"url": "http://2130706434@partner.example/"}, "url", "header"),
        ({"destinationType": "queue"}, "destinationType", "not supported"),
        ({"destinationType": "pigeon"}, "destinationType", ""),
        ({"format": "xml"}, "format", ""),
        ({"format": "envelope", "legacy": True}, "format", "contradict"),
        ({"secret": "short"}, "secret", "whsec_"),
        ({"secret": ""}, "secret", "whsec_"),
        ({"headers": {}}, "headers", ""),
        ({"headers": [{"headerName": "X"}]}, "headers.0.headerValue", ""),
        ({"headers": [{"headerName": "X Y", "headerValue": ""}]}, "headers.0.headerName", "letters"),
        ({"headers": [{"headerName": "X\r\nY", "headerValue": ""}]}, "headers.0.headerName", "letters"),
        ({"headers": [{"headerName": "X", "headerValue": "a\r\nb"}]}, "headers.0.headerValue", "one line"),
        ({"headers": [{"headerName": "Webhook-Id", "headerValue": ""}]}, "headers.0.headerName", "itself"),
        ({"headers": [{"headerName": "Content-Length", "headerValue": "0"}]}, "headers.0.headerName", "itself"),
        ({"headers": [{"headerName": "HOST", "headerValue": "a"}]}, "headers.0.headerName", "itself"),
    ],
)
async def test_every_fault_of_a_subscription_is_named_by_its_path_with_the_cure(
    api: Api, changed: dict, path: str, message: str
):
    answer = await subscribe(api, **changed)

    assert answer.status_code == 400, answer.text
    found = {fault["path"]: fault["message"] for fault in answer.json()["errors"]}
    assert message in found[f"webhookSubscription.{path}"]
    assert (await api.get(PATH))["items"] == []


async def test_a_private_address_that_is_allowed_can_be_subscribed(api: Api):
    assert (await one(api, url="http://127.0.0.1:9000/hook"))["url"] == "http://127.0.0.1:9000/hook"


async def test_subscriptions_are_listed_and_filtered(api_anywhere: Api):
    await subscribe(api_anywhere)
    await subscribe(api_anywhere, legacy=True, url="https://other.example/")

    async def urls(**query: str) -> list[str]:
        return [item["url"] for item in (await api_anywhere.get(PATH, params=query))["items"]]

    assert await urls() == ["https://other.example/", "https://partner.example/hook"]
    assert await urls(legacy="true") == ["https://other.example/"]
    assert await urls(legacy="false") == ["https://partner.example/hook"]
    assert await urls(url="https://other.example/") == ["https://other.example/"]
    assert await urls(eventName="CustomerUpdated") == []


async def test_a_disabled_subscription_says_why_and_a_change_enables_it(api_anywhere: Api):
    subscription_id = (await subscribe(api_anywhere, legacy=True)).json()["webhookSubscriptionId"]
    path = f"{PATH}/{subscription_id}"
    from datetime import UTC, datetime

    await api_anywhere.write(
        lambda tx: tx.subscriptions.change(
            subscription_id, disabled_at=datetime(2026, 1, 1, tzinfo=UTC), disabled_because="410 Gone"
        )
    )
    disabled = await api_anywhere.get(path)

    header = {"headerName": "X", "headerValue": "1"}
    changed = await api_anywhere.http.put(
        path, json={"webhookSubscription": {"url": "https://new.example/", "headers": [header]}}
    )

    assert (disabled["disabledAt"], disabled["disabledBecause"]) == ("2026-01-01T01:00:00.000+01:00", "410 Gone")
    assert (changed.status_code, changed.content) == (204, b"")
    enabled = await api_anywhere.get(path)
    shown = [header | {"headerValue": MASK}]
    assert (enabled["url"], enabled["headers"], enabled["format"]) == ("https://new.example/", shown, "legacy")
    assert (enabled["disabledAt"], enabled["disabledBecause"]) == (None, None)


async def test_a_deleted_subscription_is_not_found(api_anywhere: Api):
    path = f"{PATH}/{(await subscribe(api_anywhere)).json()['webhookSubscriptionId']}"

    ended = await api_anywhere.http.delete(path)

    assert ended.status_code == 204
    statuses = [
        (await api_anywhere.http.get(path)).status_code,
        (await api_anywhere.http.delete(path)).status_code,
        (await api_anywhere.http.put(path, json={"webhookSubscription": TARGET})).status_code,
    ]
    assert statuses == [404, 404, 404]


async def test_a_change_to_a_private_address_is_refused(api: Api):
    path = f"{PATH}/{(await subscribe(api)).json()['webhookSubscriptionId']}"

    answer = await api.http.put(path, json={"webhookSubscription": {"url": "http://192.168.0.1/"}})

    assert answer.status_code == 400


async def test_what_is_secret_is_masked_and_stays_when_it_is_sent_back_masked(api_anywhere: Api):
    headers = [{"headerName": "Authorization", "headerValue": "Bearer hidden"}]
    made = await one(api_anywhere, url="https://partner.example/hook?token=hidden", headers=headers)
    path = f"{PATH}/{made['webhookSubscriptionId']}"

    listed = await api_anywhere.http.get(PATH)
    body = {"url": made["url"], "headers": [*made["headers"], {"headerName": "X-Till", "headerValue": "7"}]}
    answer = await api_anywhere.http.put(path, json={"webhookSubscription": body})

    assert answer.status_code == 204
    assert "hidden" not in listed.text
    assert made["url"] == f"https://partner.example/hook?{MASK}"
    stored = await api_anywhere.database.store("DEFAULT").read(
        lambda tx: tx.subscriptions.get(made["webhookSubscriptionId"])
    )
    assert stored.url == "https://partner.example/hook?token=hidden"
    assert stored.headers == [*headers, {"headerName": "X-Till", "headerValue": "7"}]


async def test_a_mask_of_a_header_that_is_not_there_is_refused(api: Api):
    made = await one(api)
    body = {"url": made["url"], "headers": [{"headerName": "X-Till", "headerValue": MASK}]}

    answer = await api.http.put(f"{PATH}/{made['webhookSubscriptionId']}", json={"webhookSubscription": body})

    assert fault(answer, "webhookSubscription.headers.0.headerValue")["code"] == "masked"
