"""Subscriptions are found by each of their columns, and by a search; nothing secret can be guessed by it."""

from typing import Any

import pytest

from tests.kit.api import Api, fault

PATH = "/api/DEFAULT/webhook/subscription"


async def subscribe(api: Api, **fields: Any) -> str:
    given = {"eventName": "CustomerRegistered", "url": "https://partner.example/hook?token=hidden"} | fields
    answer = await api.post(PATH, {"webhookSubscription": given})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["webhookSubscriptionId"])


@pytest.fixture
async def filled(api_anywhere: Api) -> Api:
    """Two subscriptions: one with a name and a date, and one in legacy mode."""
    await subscribe(api_anywhere, name="Żabka till", activeFrom="2026-05-01T00:00:00")
    await subscribe(api_anywhere, url="https://other.example/", legacy=True, eventName="CustomerUpdated")
    return api_anywhere


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, "both"),
        ({"name": "Żabka till"}, "first"),
        ({"name[like]": "till"}, "first"),
        ({"activeFrom": "2026-05-01T00:00:00+02:00"}, "first"),
        ({"activeFrom[gte]": "2026-05-02"}, "none"),
        ({"legacy": "true"}, "second"),
        ({"format": "current"}, "first"),
        ({"url": "https://other.example/"}, "second"),
        ({"url": "https://partner.example/hook?********"}, "first"),
        ({"url": "https://partner.example/hook?token=hidden"}, "first"),
        ({"url[like]": "partner"}, "first"),
        ({"url[like]": "hidden"}, "none"),
        ({"eventName": "CustomerUpdated"}, "second"),
        ({"disabled": "false"}, "both"),
        ({"disabled": "true"}, "none"),
        ({"createdAt[gt]": "2999-01-01"}, "none"),
        ({"search": "żABKA"}, "first"),
        ({"search": "OTHER.example"}, "second"),
        ({"search": "customerup"}, "second"),
        ({"search": "example", "legacy": "false"}, "first"),
        ({"search": "hidden"}, "none"),
        ({"search": "100%"}, "none"),
    ],
)
async def test_a_filter_finds_the_subscriptions_that_it_means(filled: Api, query: dict, found: str):
    items = (await filled.get(PATH, params=query))["items"]

    names = {"Żabka till": "first", None: "second"}
    assert [names[each["name"]] for each in items] == {"both": ["second", "first"], "none": []}.get(found, [found])


async def test_the_total_counts_all_and_those_found_and_pages_follow(filled: Api):
    page = await filled.get(PATH, params={"_itemsOnPage": "1", "_page": "2"})
    found = await filled.get(PATH, params={"legacy": "true"})

    assert [each["name"] for each in page["items"]] == ["Żabka till"]
    assert (page["total"]["all"], found["total"]["all"], found["total"]["filtered"]) == (2, 2, 1)


async def test_a_change_keeps_name_and_date_unless_it_sends_them_and_is_searched_by_what_it_sent(filled: Api):
    (first,) = (await filled.get(PATH, params={"search": "żabka"}))["items"]
    path = f"{PATH}/{first['webhookSubscriptionId']}"

    async def put(**fields: Any) -> tuple[str | None, str | None]:
        body = {"webhookSubscription": {"url": "https://new.example/"} | fields}
        assert (await filled.http.put(path, json=body)).status_code == 204
        shown = await filled.get(path)
        return shown["name"], shown["activeFrom"]

    kept = await put()
    renamed = await put(name="Kiosk")
    removed = await put(name=None, activeFrom=None)

    date = "2026-05-01T00:00:00.000+02:00"
    assert [kept, renamed, removed] == [("Żabka till", date), ("Kiosk", date), (None, None)]
    assert len((await filled.get(PATH, params={"search": "new.example"}))["items"]) == 1
    assert (await filled.get(PATH, params={"search": "żabka"}))["items"] == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": 17}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"activeFrom": "tomorrow"}, "activeFrom"),
        ({"activeFrom": "0001-01-01"}, "activeFrom"),
        ({"activeFrom": True}, "activeFrom"),
    ],
)
async def test_a_faulty_name_or_date_is_refused_at_its_path(api: Api, fields: dict, path: str):
    given = {"eventName": "CustomerRegistered", "url": "https://partner.example/hook"} | fields

    answer = await api.post(PATH, {"webhookSubscription": given})

    fault(answer, f"webhookSubscription.{path}")
