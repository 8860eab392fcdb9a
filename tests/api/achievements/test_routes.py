"""Achievements and badges: listed, shown, and set by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loyalty.calendar import local_day
from loyalty.store.contributions import Contribution
from tests.kit.api import Api, fault

STORE = "/api/DEFAULT"
UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"
SHOPPER = "achievement: shopper\ntitle: A shopper\non: purchase\ngoal: 5\nthen: [{award_points: {points: 1}}]\n"
PROGRESS = "memberProgress.rules.0"


async def register(api: Api) -> str:
    customer = {"email": "anna@example.com"}
    member: str = (await api.post(f"{STORE}/member", {"customer": customer})).json()["customerId"]
    api.started.clear()
    return member


async def rule_id(api: Api, name: str) -> str:
    (rule,) = (await api.get(f"{STORE}/achievement/{name}"))["rules"]
    found: str = rule["achievementRuleId"]
    return found


async def shown(api: Api, member: str, name: str) -> Any:
    """The progress of a member, as the API shows it."""
    items = (await api.get(f"{STORE}/member/{member}/achievement"))["items"]
    (found,) = [each for each in items if each["achievementName"] == name]
    return found["memberProgress"]


async def test_achievements_are_listed_and_shown(api_anywhere: Api):
    await api_anywhere.deploy(achievements__shopper=SHOPPER)

    listed = (await api_anywhere.get(f"{STORE}/achievement"))["items"]
    streak = await api_anywhere.get(f"{STORE}/achievement/seven-days")
    by_id = await api_anywhere.get(f"{STORE}/achievement/{streak['achievementId'].upper()}")

    assert [(each["name"], "badgeTypeId" in each) for each in listed] == [
        ("Open the app seven days in a row", True),
        ("A shopper", False),
    ]
    (rule,) = streak["rules"]
    assert (streak, streak["limit"]) == (by_id, {"value": 1})
    assert rule["completeRule"] == {"periodGoal": 1, "period": {"type": "day", "consecutive": 7}}
    assert (rule["event"], rule["trigger"], rule["type"]) == ("app_login", "custom_event", "direct")
    assert len((await api_anywhere.get(f"{STORE}/achievement?name[like]=shop"))["items"]) == 1


async def test_badge_types_are_those_that_rules_grant(api: Api):
    (listed,) = (await api.get(f"{STORE}/badge-type"))["items"]

    assert listed["name"] == "early-bird"
    assert await api.get(f"{STORE}/badge-type/{listed['badgeTypeId']}") == listed
    assert (await api.get(f"{STORE}/badge-type/early-bird")) == listed


async def test_progress_is_set_and_taken_back(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(achievements__shopper=SHOPPER)
    member, rule = await register(api), await rule_id(api, "shopper")
    path = f"{STORE}/member/{member}/achievement/shopper/progress"
    progress = {"rules": [{"achievementRuleId": rule, "currentPeriodValue": 3}]}

    answers = [await api.http.patch(path, json={"memberProgress": progress})]
    set_ = await shown(api, member, "A shopper")
    answers.append(await api.http.patch(path, json={"memberProgress": {"completedCount": 1}}))
    completed = await shown(api, member, "A shopper")
    answers.append(await api.http.patch(path, json={"memberProgress": {"completedCount": 0}}))

    assert [each.status_code for each in answers] == [204] * 3
    assert (set_["completedCount"], set_["rules"][0]["currentPeriodValue"]) == (0, 3)
    assert completed["completedCount"] == 1
    assert (await shown(api, member, "A shopper"))["completedCount"] == 0
    set_type = "achievement_progress_set"
    assert [each.type for each in api.started] == [set_type, set_type, "achievement_completed", set_type]


@pytest.mark.parametrize("today", [0, 1])
async def test_the_progress_of_a_streak_is_its_periods_in_a_row_with_today_or_without(api: Api, today: int):
    member, rule = await register(api), await rule_id(api, "seven-days")
    progress = {"rules": [{"achievementRuleId": rule, "currentPeriodValue": today, "completedConsecutivePeriods": 4}]}

    answer = await api.http.patch(
        f"{STORE}/member/email=anna@example.com/achievement/seven-days/progress", json={"memberProgress": progress}
    )

    assert answer.status_code == 204
    (shown_rule,) = (await shown(api, member, "Open the app seven days in a row"))["rules"]
    assert shown_rule["completedConsecutivePeriods"] == 4
    sums = await api.write(lambda tx: tx.achievements.daily_sums(member, "seven-days", since=date.min))
    program = (await api.programs.current("DEFAULT"))[1]
    assert local_day(datetime.now(UTC), program.zone) - sums[-1].day == timedelta(days=1 - today)


@pytest.mark.parametrize(
    ("progress", "path", "code"),
    [
        ("many", "memberProgress", "modelType"),
        ({"completedCount": -1}, "memberProgress.completedCount", "greaterThanEqual"),
        ({"completedCount": "1"}, "memberProgress.completedCount", "intType"),
        ({"completedCount": 2}, "memberProgress.completedCount", "outOfRange"),
        ({"rules": [{}]}, f"{PROGRESS}.achievementRuleId", "missing"),
        ({"rules": [{"achievementRuleId": UNKNOWN}]}, f"{PROGRESS}.achievementRuleId", "unknownRule"),
        ({"rules": [{"achievementRuleId": "RULE"}]}, f"{PROGRESS}.currentPeriodValue", "missing"),
        ({"rules": [{"achievementRuleId": "RULE", "currentPeriodValue": 5}]}, PROGRESS, "progressOutOfRange"),
        ({"rules": [{"achievementRuleId": "RULE", "currentPeriodValue": -1}]}, PROGRESS, "progressOutOfRange"),
        ({"rules": [{}, {}]}, "memberProgress.rules", "tooLong"),
    ],
)
async def test_progress_that_cannot_be_is_refused_at_its_path(api: Api, progress: Any, path: str, code: str):
    await api.deploy(achievements__shopper=SHOPPER)
    member, rule = await register(api), await rule_id(api, "shopper")
    body = {"memberProgress": progress}
    if isinstance(progress, dict) and progress.get("rules", [{}])[0].get("achievementRuleId") == "RULE":
        body = {"memberProgress": {"rules": [progress["rules"][0] | {"achievementRuleId": rule}]}}

    answer = await api.http.patch(f"{STORE}/member/{member}/achievement/shopper/progress", json=body)

    assert fault(answer, path)["code"] == code
    assert api.started == []


async def test_badges_are_set_and_taken_away(api_anywhere: Api):
    api = api_anywhere
    member = await register(api)
    path = f"{STORE}/member/{member}/badge"

    first = await api.http.put(f"{path}/early-bird", json={"badge": {"completedCount": 3}})
    (badge,) = (await api.get(path))["items"]
    second = await api.http.put(f"{path}/{badge['badgeTypeId']}", json={"badge": {"completedCount": 0}})

    assert (first.status_code, second.status_code, badge["completedCount"]) == (204, 204, 3)
    assert (await api.get(path))["items"] == []
    assert [each.type for each in api.started] == ["badges_set", "badges_set"]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "badge", "missing"),
        ({"badge": {}}, "badge.completedCount", "missing"),
        ({"badge": {"completedCount": -1}}, "badge.completedCount", "greaterThanEqual"),
        ({"badge": {"completedCount": 10**8}}, "badge.completedCount", "outOfRange"),
    ],
)
async def test_badges_that_cannot_be_are_refused_at_their_path(api: Api, body: Any, path: str, code: str):
    member = await register(api)

    answer = await api.http.put(f"{STORE}/member/{member}/badge/early-bird", json=body)

    assert fault(answer, path)["code"] == code


async def test_what_counted_for_achievements_is_listed_and_filtered(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(achievements__shopper=SHOPPER)
    member = await register(api)
    await api.report(type="purchase", body={"total": 1})
    (event,) = [each for each in api.started if each.type == "purchase"]
    counted = [Contribution("counted", name, datetime.now(UTC).date(), "", 1, 0) for name in ("shopper", "gone")]
    await api.write(lambda tx: tx.contributions.add(event.id, counted))
    path = f"{STORE}/achievement/trigger/member/{member}"

    listed = await api.get(path)
    shopper = await api.get(f"{STORE}/achievement/shopper")
    by_id = await api.get(f"{path}?achievementId={shopper['achievementId']}")

    assert {each["achievementName"] for each in listed["items"]} == {"A shopper", "gone"}
    assert {each["triggerId"] for each in listed["items"]} == {event.id}
    assert [each["achievementName"] for each in by_id["items"]] == ["A shopper"]
    assert by_id["total"] == {"all": 2, "filtered": 1, "estimated": False}
    assert (await api.get(f"{path}?ruleId={UNKNOWN}"))["items"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "achievement/nothing"),
        ("GET", "badge-type/nothing"),
        ("GET", f"achievement/trigger/member/{UNKNOWN}"),
        ("PATCH", f"member/{UNKNOWN}/achievement/seven-days/progress"),
        ("PATCH", "member/email=anna@example.com/achievement/nothing/progress"),
        ("PUT", f"member/{UNKNOWN}/badge/early-bird"),
        ("PUT", "member/email=anna@example.com/badge/nothing"),
    ],
)
async def test_what_does_not_exist_is_not_found(api: Api, method: str, path: str):
    await register(api)
    body = {"PATCH": {"memberProgress": {"completedCount": 1}}, "PUT": {"badge": {"completedCount": 1}}}.get(method)

    assert (await api.http.request(method, f"{STORE}/{path}", json=body)).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "achievement"), ("PUT", "achievement/x"), ("PATCH", "achievement/x"), ("PUT", "badge-type/x")],
)
async def test_achievements_and_badges_are_changed_in_files_alone(api: Api, method: str, path: str):
    answer = await api.http.request(method, f"{STORE}/{path}", json={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
