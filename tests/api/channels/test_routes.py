"""Channels: made, listed, changed, given to members and deleted."""

import asyncio
from typing import Any

import pytest

from tests.api.members.test_routes import PATH as MEMBERS
from tests.api.members.test_routes import register
from tests.kit.api import Api, fault
from tests.kit.sent import answer_events, sent, subscribe

PATH = "/api/DEFAULT/channel"
UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"


async def make(api: Api, identifier: str = "gdynia", **more: Any) -> str:
    answer = await api.post(PATH, {"channel": {"name": "Shop", "identifier": identifier} | more})
    assert answer.status_code == 200, answer.text
    return answer.json()["channelId"]


async def test_channels_are_made_listed_shown_and_changed(api_anywhere: Api):
    api = api_anywhere
    first, second = await make(api), await make(api, "web", name="Web", description="The site")

    changed = await api.http.put(f"{PATH}/{first}", json={"channel": {"name": "Pier", "identifier": "sopot"}})

    assert changed.json() == {"channelId": first}
    assert await api.get(f"{PATH}/{first}") == {
        "channelId": first,
        "name": "Pier",
        "identifier": "sopot",
        "description": "",
    }
    listed = await api.get(PATH)
    assert [each["channelId"] for each in listed["items"]] == [second, first]
    assert [each["name"] for each in (await api.get(f"{PATH}?identifier=web"))["items"]] == ["Web"]
    assert (await api.get(f"{PATH}?name[like]=IER"))["total"]["filtered"] == 1


@pytest.mark.parametrize(
    ("channel", "path", "code"),
    [
        ({"identifier": "x"}, "name", "missing"),
        ({"name": "x"}, "identifier", "missing"),
        ({"name": " ", "identifier": "x"}, "name", "valueError"),
        ({"name": "x", "identifier": "web"}, "identifier", "alreadyUsed"),
        ({"name": "x", "identifier": "y", "description": "x" * 256}, "description", "stringTooLong"),
    ],
)
async def test_a_bad_channel_is_refused_at_its_path(api: Api, channel: dict[str, Any], path: str, code: str):
    await make(api, "web")
    other = await make(api)

    answers = [
        await api.post(PATH, {"channel": channel}),
        await api.http.put(f"{PATH}/{other}", json={"channel": channel}),
    ]

    assert [fault(answer, f"channel.{path}")["code"] for answer in answers] == [code] * 2


async def test_of_channels_made_at_once_with_one_identifier_one_is(api_anywhere: Api):
    answers = await asyncio.gather(
        *(api_anywhere.post(PATH, {"channel": {"name": "x", "identifier": "web"}}) for _ in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 4


async def test_a_member_gets_a_channel_at_registration_or_later(api_anywhere: Api):
    api = api_anywhere
    web, shop = await make(api, "web"), await make(api)
    member_id = await register(api, channelId=web.upper())
    await answer_events(api)
    await subscribe(api, ["CustomerUpdated"])

    answers = [await api.post(f"{MEMBERS}/{member_id}/channel", {"channelId": shop}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    shown = await api.get(f"{MEMBERS}/{member_id}")
    assert (shown["channelId"], shown["channelIdentifier"]) == (shop, "gdynia")
    assert [name for name, _ in await sent(api)] == ["CustomerUpdated"]
    assert fault(await api.http.delete(f"{PATH}/{shop}"), "channel")["parameters"] == {"members": 1}
    assert (await api.http.delete(f"{PATH}/{web}")).status_code == 204
    assert (await api.http.delete(f"{PATH}/{web}")).status_code == 404


async def test_a_channel_that_is_gone_is_given_to_nobody(api: Api):
    member_id = await register(api)

    new = await api.post(MEMBERS, {"customer": {"email": "b", "channelId": UNKNOWN}})
    later = await api.post(f"{MEMBERS}/{member_id}/channel", {"channelId": "nonsense"})

    assert fault(new, "customer.channelId")["code"] == "unknownChannel"
    assert fault(later, "channelId")["code"] == "unknownChannel"
    assert fault(await api.post(f"{MEMBERS}/{member_id}/channel", {}), "channelId")["code"] == "missing"
    assert (await api.count())[0] == 1
    gone = [await api.http.get(f"{PATH}/{UNKNOWN}"), await api.post(f"{MEMBERS}/{UNKNOWN}/channel", {"channelId": "x"})]
    assert [answer.status_code for answer in gone] == [404, 404]


async def test_a_channel_is_deleted_or_given_and_never_both(api_anywhere: Api):
    api = api_anywhere
    channel, member_id = await make(api), await register(api)

    deleted, given = await asyncio.gather(
        api.http.delete(f"{PATH}/{channel}"), api.post(f"{MEMBERS}/{member_id}/channel", {"channelId": channel})
    )

    assert sorted([deleted.status_code, given.status_code]) == [204, 400]
