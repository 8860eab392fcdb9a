"""Settings over HTTP: the days of notices stand over the program, and what is in files is refused at its path."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database import Transaction
from loyalty.ids import new_id
from tests.kit.api import Api, fault
from tests.kit.webhooks import add_member

PATH = "/api/DEFAULT/settings"
DAYS = {"expirePointsNotificationDays": 14, "expireCouponsNotificationDays": 2, "expireLevelsNotificationDays": 30}


async def change(api: Api, method: str = "PATCH", **settings: Any):
    return await api.http.request(method, PATH, json={"settings": settings})


async def test_the_days_of_the_program_are_shown_until_settings_stand_over_them(api_anywhere: Api):
    before = await api_anywhere.get(PATH)

    answer = await change(api_anywhere, "POST", **DAYS)

    after = await api_anywhere.get(PATH)
    (shown,) = before["settings"]
    assert (shown["expirePointsNotificationDays"], shown["expireCouponsNotificationDays"]) == ("7", "3")
    assert "expireLevelsNotificationDays" not in shown
    assert before["notices"]["points"] == {"days": None, "program": "7d", "source": "program"}
    assert before["notices"]["tier"] == {"days": None, "program": None, "source": None}
    assert answer.status_code == 200
    assert answer.json() == after
    assert after["settings"][0] == shown | {name: str(days) for name, days in DAYS.items()}
    assert after["notices"]["points"] == {"days": 14, "program": "7d", "source": "settings"}
    assert (before["notices"]["moving"], after["notices"]["moving"]) == (False, True)


async def test_what_is_left_out_stays_and_null_gives_the_word_back_to_the_program(api: Api):
    await change(api, **DAYS)

    shown = (await change(api, expirePointsNotificationDays=None)).json()["notices"]

    assert [shown[name]["source"] for name in ("points", "coupons", "tier")] == ["program", "settings", "settings"]


async def test_changes_at_once_are_all_kept(api_anywhere: Api):
    await asyncio.gather(*(change(api_anywhere, **{name: days}) for name, days in DAYS.items()))

    shown = (await api_anywhere.get(PATH))["settings"][0]
    assert {name: shown[name] for name in DAYS} == {name: str(days) for name, days in DAYS.items()}


async def test_everybody_may_know_the_name_and_the_time_zone(api: Api):
    shown = await api.get(PATH, params={"public": "true"})

    assert shown["settings"] == [{"programName": "Coffee shop", "timezone": "Europe/Warsaw"}]


async def test_what_the_program_says_may_be_sent_back_as_it_is(api: Api):
    answer = await change(api, timezone="Europe/Warsaw", programName="Coffee shop", expirePointsNotificationDays=3)

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("settings", "path", "code"),
    [
        ({"expirePointsNotificationDays": 0}, "expirePointsNotificationDays", "greaterThanEqual"),
        ({"expireCouponsNotificationDays": -1}, "expireCouponsNotificationDays", "greaterThanEqual"),
        ({"expireLevelsNotificationDays": 3651}, "expireLevelsNotificationDays", "lessThanEqual"),
        ({"expirePointsNotificationDays": "7"}, "expirePointsNotificationDays", "intType"),
        ({"expirePointsNotificationDays": 7.5}, "expirePointsNotificationDays", "intType"),
        ({"expirePointsNotificationDays": True}, "expirePointsNotificationDays", "intType"),
        ({"timezone": "Europe/Paris"}, "timezone", "inFiles"),
        ({"identificationMethod": "email"}, "identificationMethod", "inFiles"),
        ({"excludedDeliverySKUs": []}, "excludedDeliverySKUs", "inFiles"),
        ({"activeMember": None}, "activeMember", "inFiles"),
    ],
)
async def test_a_setting_that_cannot_be_is_refused_at_its_path(api: Api, settings: dict, path: str, code: str):
    before = await api.get(PATH)

    answer = await change(api, **settings)

    assert fault(answer, f"settings.{path}")["code"] == code
    assert await api.get(PATH) == before


@pytest.mark.parametrize("body", [{}, {"settings": None}, {"settings": []}, {"settings": "x"}])
async def test_a_body_without_settings_is_refused(api: Api, body: dict):
    assert (await api.http.patch(PATH, json=body)).status_code == 400


async def test_a_preview_counts_members_of_whom_something_ends_within_the_days(api_anywhere: Api):
    now = datetime.now(UTC)
    near, far = new_id(), new_id()

    def expire(tx: Transaction) -> None:
        for member, days in ((near, 3), (far, 20)):
            add_member(tx, member, now)
            for lot in (new_id(), new_id()):
                tx.due_items.set(lot, "expire", now + timedelta(days=days), member=member)

    await api_anywhere.write(expire)

    by_program = await api_anywhere.get(f"{PATH}/notices")
    asked = await api_anywhere.get(f"{PATH}/notices?points=30&tier=5")

    assert by_program["points"] == {"members": 1, "estimated": False, "first": [near]}
    assert by_program["tier"] is None, "the program sends no notice of tiers"
    assert asked["points"] == {"members": 2, "estimated": False, "first": sorted([near, far])}
    assert asked["tier"] == {"members": 0, "estimated": False, "first": []}


@pytest.mark.parametrize("query", ["points=0", "points=3651", "coupons=soon"])
async def test_a_preview_takes_days_alone(api: Api, query: str):
    answer = await api.http.get(f"{PATH}/notices?{query}")

    assert answer.status_code == 400
