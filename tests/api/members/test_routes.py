"""Members: registering, showing, listing, and where they stand."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.http import paging
from database import pages
from loyalty.calendar import local_day
from loyalty.ids import is_id, new_id
from loyalty.store.achievements import DailySum
from tests.kit.amounts import points
from tests.kit.api import Api, fault
from tests.kit.awards import award

PATH = "/api/DEFAULT/member"
ANNA = {
    "firstName": "Anna",
    "lastName": "Nowak",
    "email": "anna@example.com",
    "phone": "+48500100200",
    "loyaltyCardNumber": "C-1",
    "gender": "female",
    "birthDate": "1990-12-31",
    "registeredAt": "2024-05-01T00:00:00",
    "address": {"city": "Gdynia"},
    "company": {"name": "ACME"},
    "labels": [{"key": "vip", "value": "yes"}],
    "customAttributes": [{"key": "shop", "value": "17"}],
    "agreement1": True,
}


async def register(api: Api, **changed) -> str:
    answer = await api.post(PATH, {"customer": {"email": "anna@example.com"} | changed})
    assert answer.status_code == 200, answer.text
    return answer.json()["customerId"]


async def test_a_member_is_registered_with_the_event_that_says_so(api_anywhere: Api):
    answer = await api_anywhere.post(PATH, {"customer": ANNA})

    assert answer.json() == {"customerId": answer.json()["customerId"], "email": "anna@example.com"}
    (started,) = api_anywhere.started
    assert (started.type, started.member) == ("member_registered", answer.json()["customerId"])
    event = await api_anywhere.get(f"/api/DEFAULT/customEvent/{started.id}")
    assert (event["type"], event["eventName"], event["status"]) == (
        "member_registered",
        "A member registered",
        "received",
    )


async def test_a_member_is_shown_as_registered(api_anywhere: Api):
    member_id = await register(api_anywhere, **ANNA)

    shown = await api_anywhere.get(f"{PATH}/{member_id}")

    reported = {name: value for name, value in ANNA.items() if name != "registeredAt"}
    assert {name: shown[name] for name in reported} == reported
    assert shown["registeredAt"] == "2024-05-01T00:00:00.000+02:00"
    assert (shown["agreement2"], shown["currentLevel"]["name"], shown["storeCode"]) == (False, "bronze", "DEFAULT")
    assert shown["defaultAccount"]["activePoints"] == 0


@pytest.mark.parametrize("name", ["email=ANNA@example.com", "phone=+48500100200", "loyaltyCardNumber=C-1"])
async def test_a_member_is_found_by_id_email_phone_or_card(api_anywhere: Api, name: str):
    member_id = await register(api_anywhere, **ANNA)

    assert (await api_anywhere.get(f"{PATH}/{name}"))["customerId"] == member_id
    assert (await api_anywhere.get(f"{PATH}/{member_id.upper()}"))["customerId"] == member_id


NO_MEMBER = pytest.param(str(new_id()), id="an id that no member has")


@pytest.mark.parametrize("name", ["nobody", "email=", "email=nobody", "loyaltyCardNumber=c-1", NO_MEMBER])
async def test_an_unknown_member_is_not_found(api: Api, name: str):
    await register(api, **ANNA)

    statuses = {
        (await api.http.get(f"{PATH}/{name}{rest}")).status_code
        for rest in ("", "/status", "/achievement", "/badge", "/wallet")
    }

    assert statuses == {404}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"email": "ANNA@example.com"}, "email"),
        ({"phone": "+48500100200"}, "phone"),
        ({"loyaltyCardNumber": "C-1"}, "loyaltyCardNumber"),
    ],
)
async def test_an_email_phone_or_card_of_another_member_is_refused(api_anywhere: Api, changed: dict, path: str):
    await register(api_anywhere, **ANNA)

    answer = await api_anywhere.post(PATH, {"customer": {"email": "bert@example.com"} | changed})

    assert answer.status_code == 400
    assert [(f["path"], f["code"]) for f in answer.json()["errors"]] == [(f"customer.{path}", "alreadyUsed")]
    assert await api_anywhere.count() == (1, 1)


async def test_of_concurrent_registrations_of_one_member_one_succeeds(api_anywhere: Api):
    answers = await asyncio.gather(*(api_anywhere.post(PATH, {"customer": ANNA}) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5
    assert await api_anywhere.count() == (1, 1)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"email": None}, "email"),
        ({"email": 7}, "email"),
        ({"firstName": True}, "firstName"),
        ({"gender": "other"}, "gender"),
        ({"birthDate": "yesterday"}, "birthDate"),
        ({"birthDate": "2999-12-31"}, "birthDate"),
        ({"registeredAt": "2998-12-31"}, "registeredAt"),
        ({"email": "\u200b"}, "email"),
        ({"phone": "\u202a\u202c"}, "phone"),
        ({"registeredAt": "yesterday"}, "registeredAt"),
        ({"registeredAt": "0001-01-01"}, "registeredAt"),
        ({"registeredAt": "9999-12-31T23:59:59Z"}, "registeredAt"),
        ({"address": "Gdynia"}, "address"),
        ({"labels": [{"key": "vip"}]}, "labels.0.value"),
        ({"agreement1": "yes"}, "agreement1"),
        ({"agreement1": 1}, "agreement1"),
        ({"levelId": "platinum"}, "levelId"),
        ({"plainPassword": "short"}, "plainPassword"),
        ({"plainPassword": "x" * 1025}, "plainPassword"),
    ],
)
async def test_every_wrong_part_is_named_by_its_path(api: Api, changed: dict, path: str):
    answer = await api.post(PATH, {"customer": {"email": "anna@example.com"} | changed})

    assert answer.status_code == 400, answer.text
    assert [fault["path"] for fault in answer.json()["errors"]] == [f"customer.{path}"]
    assert await api.count() == (0, 0)


async def test_a_refusal_does_not_repeat_a_password(api: Api):
    answer = await api.post(PATH, {"customer": {"email": "a", "plainPassword": "hunter2"}})

    assert answer.status_code == 400
    assert "hunter2" not in answer.text


async def test_a_member_is_registered_into_a_tier_by_its_id_or_name(api: Api):
    program = (await api.programs.current("DEFAULT"))[1]

    by_name = await register(api, levelId="gold")
    by_id = await register(api, email="b", levelId=program.id_of("tier", "silver"))

    assert (await api.get(f"{PATH}/{by_name}/status"))["tier"] == "gold"
    assert (await api.get(f"{PATH}/{by_id}/status"))["tier"] == "silver"


async def test_members_are_listed_and_filtered(api_anywhere: Api):
    await register(api_anywhere, phone="1")
    await register(api_anywhere, email="Bert@example.com", registeredAt="2020-01-01")

    async def emails(query: str = "") -> list[str]:
        return [item["email"] for item in (await api_anywhere.get(f"{PATH}?{query}"))["items"]]

    assert await emails() == ["Bert@example.com", "anna@example.com"]
    assert await emails("email=BERT@example.com") == ["Bert@example.com"]
    assert await emails("email[like]=example&_orderBy[createdAt]=asc") == ["anna@example.com", "Bert@example.com"]
    assert await emails("email[like]=%25") == []
    assert await emails("phone=1&active=true") == ["anna@example.com"]
    assert await emails("registeredAt[lt]=2021-01-01") == ["Bert@example.com"]
    assert (await api_anywhere.get(f"{PATH}?phone=1"))["total"] == {"all": 2, "filtered": 1, "estimated": False}


# Where a member stands

NOW = datetime.now(UTC)
TODAY = local_day(NOW, ZoneInfo("Europe/Warsaw"))


async def _live(api: Api, member_id: str, *, active: str = "150", pending: str = "20") -> None:
    """What workflows would have written: 150 active, 20 pending, a badge, three days of a streak."""

    def write(tx):
        award(tx, member_id, points(active), expires_at=NOW + timedelta(days=3), now=NOW)
        award(tx, member_id, points(pending), active_from=NOW + timedelta(days=1), now=NOW)
        tx.members.grant_badge(member_id, "early-bird", now=NOW)
        days = [DailySum(TODAY - timedelta(days=n), "", 1_000_000) for n in (1, 2, 3)]
        tx.achievements.save_daily_sums(member_id, "seven-days", days)
        tx.achievements.complete(member_id, "seven-days", 0, now=NOW)

    await api.write(write)


async def test_a_status_says_where_a_member_stands(api_anywhere: Api):
    member_id = await register(api_anywhere, **ANNA)
    await _live(api_anywhere, member_id)

    status = await api_anywhere.get(f"{PATH}/{member_id}/status")

    shown = ("activePoints", "points", "earnedPoints", "lockedPoints", "spentPoints", "expiredPoints")
    assert [status[name] for name in shown] == [150, 150, 170, 20, 0, 0]
    assert (status["levelName"], status["levelConditionValue"]) == ("bronze", 0)
    assert (status["nextLevelName"], status["nextLevelConditionValue"], status["pointsToNextLevel"]) == (
        "silver",
        500,
        330,
    )
    assert list(status["pointsExpiringBreakdown"].values()) == [150]
    assert status["wallets"]["points"] == {"active": 150, "pending": 20, "earned": 170, "spent": 0, "expired": 0}
    assert [(badge["badge"], badge["completedCount"]) for badge in status["badges"]] == [("early-bird", 1)]
    (achievement,) = status["achievements"]
    assert is_id(achievement.pop("achievementId"))
    assert achievement == {
        "name": "seven-days",
        "title": "Open the app seven days in a row",
        "completedCount": 0,
        "value": 3,
        "goal": 7,
        "window": "streak",
        "limitReached": False,
    }


async def test_a_broken_streak_shows_0(api: Api):
    member_id = await register(api)
    days = [DailySum(TODAY - timedelta(days=n), "", 1_000_000) for n in range(41, 46)]
    await api.write(lambda tx: tx.achievements.save_daily_sums(member_id, "seven-days", days))

    (achievement,) = (await api.get(f"{PATH}/{member_id}/status"))["achievements"]
    (listed,) = (await api.get(f"{PATH}/{member_id}/achievement"))["items"]

    assert achievement["value"] == 0
    assert listed["memberProgress"]["rules"][0]["completedConsecutivePeriods"] == 0


async def test_achievements_badges_and_wallets_of_a_member_are_filtered_by_id_and_name(api: Api):
    member_id = await register(api)
    await _live(api, member_id)

    async def filtered(kind: str, id_field: str, part: Any = dict) -> list[int]:
        path = f"{PATH}/{member_id}/{kind}"
        shown = part((await api.get(path))["items"][0])
        name = shown.get("name", shown.get("achievementName"))
        asked = (f"{id_field}={shown[id_field]}", f"name={name}", f"name[like]={name[1:3]}", f"{id_field}={member_id}")
        return [(await api.get(f"{path}?{each}"))["total"]["filtered"] for each in asked]

    assert await filtered("achievement", "achievementId") == [1, 1, 1, 0]
    assert await filtered("badge", "badgeTypeId") == [1, 1, 1, 0]
    assert await filtered("wallet", "walletTypeId", lambda wallet: wallet["walletType"]) == [1, 1, 1, 0]
    assert (await api.get(f"{PATH}/{member_id}/wallet?code=points"))["total"]["filtered"] == 1
    refused = await api.http.get(f"{PATH}/{member_id}/wallet?createdAt=2024-05-01")
    assert fault(refused, "createdAt")["code"] == "unknownFilter"


async def test_achievements_badges_and_wallets_are_listed_in_the_documented_fields(api_anywhere: Api):
    member_id = await register(api_anywhere)
    await _live(api_anywhere, member_id)

    achievements, badges, wallets = [
        await api_anywhere.get(f"{PATH}/{member_id}/{name}") for name in ("achievement", "badge", "wallet")
    ]

    (achievement,) = achievements["items"]
    (rule,) = achievement["memberProgress"]["rules"]
    assert achievement["achievementName"] == "Open the app seven days in a row"
    assert (rule["periodType"], rule["consecutivePeriods"], rule["completedConsecutivePeriods"]) == ("day", 7, 3)
    assert [(badge["name"], badge["completedCount"]) for badge in badges["items"]] == [("early-bird", 1)]
    (wallet,) = wallets["items"]
    assert (wallet["walletType"]["code"], wallet["account"]["activeUnits"]) == ("points", 150)
    assert wallets["total"] == {"all": 1, "filtered": 1, "estimated": False}


async def test_amounts_are_exact_in_a_wallet_with_decimals(api: Api):
    from tests.kit.programs import PROGRAM

    await api.deploy(program=PROGRAM.replace("{default: true,", "{default: true, decimals: 2,"))
    member_id = await register(api)
    await _live(api, member_id, active="1.5", pending="0.2")

    status = await api.http.get(f"{PATH}/{member_id}/status")

    assert '"activePoints": 1.5,' in status.text
    assert Decimal(str(status.json()["pointsToNextLevel"])) == Decimal("498.3")


async def test_a_status_says_until_when_a_tier_is_kept_and_counts_from_its_last_review(api: Api):
    from tests.kit.programs import PROGRAM

    await api.deploy(program=PROGRAM + "tier_review: {after: 365d}\n")
    member_id = await register(api)
    await _live(api, member_id)
    until = datetime(2027, 5, 1, 22, 0, tzinfo=UTC)
    await api.write(lambda tx: tx.members.set_period(member_id, base=points(100), until=until, now=NOW))

    status = await api.get(f"{PATH}/{member_id}/status")

    assert (status["tier"], status["tierUntil"], status["pointsToNextLevel"]) == (
        "bronze",
        "2027-05-02T00:00:00.000+02:00",
        430,
    )


async def test_what_a_list_holds_is_counted_to_a_bound(api_anywhere: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_COUNTED", 2)
    monkeypatch.setattr(paging, "MAX_COUNTED", 2)
    for number in range(2):
        await register(api_anywhere, email=f"{number}@example.com")
    few = await api_anywhere.get(PATH)

    await register(api_anywhere, email="more@example.com")

    many = await api_anywhere.get(PATH)
    one = await api_anywhere.get(f"{PATH}?email=more@example.com")
    assert few["total"] == {"all": 2, "filtered": 2, "estimated": False}
    assert (len(many["items"]), many["total"]) == (3, {"all": 2, "filtered": 2, "estimated": True})
    assert one["total"] == {"all": 2, "filtered": 1, "estimated": True}
