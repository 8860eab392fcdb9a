"""Campaigns: reactors with their limits and use, what a member can still get, and simulations."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalty.calendar import local_day
from loyalty.decisions.decision import Claim
from tests.kit.api import Api, fault

STORE = "/api/DEFAULT"
UNKNOWN = "0190f2a0-0000-7000-8000-00000000dead"
DOUBLE = """\
reactor: double
title: Double points
on: purchase
when: {">": [{var: event.body.total}, 20]}
then: [{award_points: {points: {"*": [{var: event.body.total}, 2]}}}, {grant_badge: fan}]
limits: [{per: program, every: month, points: 1000}, {per: member, every: day, times: 2}]
active: {from: 2024-01-01, until: 2099-12-31}
"""
OVER = "reactor: over\non: purchase\nthen: [{award_points: {points: 1}}]\nactive: {until: 2020-01-01}\n"
WELCOME = "reactor: welcome\non: member_registered\nthen: [{award_points: {points: 5}}]\n"


async def shop(api: Api) -> tuple[str, str]:
    """A store with three reactors more; the ids of two members."""
    await api.deploy(reactors__double=DOUBLE, reactors__over=OVER, reactors__welcome=WELCOME)
    ids = []
    for name in ("anna", "bert"):
        new = {"email": f"{name}@example.com", "plainPassword": "password"}
        ids.append((await api.post(f"{STORE}/member", {"customer": new})).json()["customerId"])
    return ids[0], ids[1]


async def use(api: Api, member: str, times: int, points: int) -> None:
    """Take from the limits of the reactor `double`."""
    day = local_day(datetime.now(UTC), (await api.programs.current("DEFAULT"))[1].zone)

    def claim(tx: Any) -> None:
        for per in ("member", "program"):
            tx.usage.claim(Claim("double", per, day, times, {"points": Decimal(points)}), member)

    await api.write(claim)


async def test_campaigns_are_found_by_ids_in_any_case(api: Api):
    anna, _ = await shop(api)
    (double,) = (await api.get(f"{STORE}/campaign?event[like]=purch&name=Double points"))["items"]

    for path in ("campaign", f"member/{anna}/campaign", f"member/{anna}/campaign/visible"):
        for written in (double["campaignId"], double["campaignId"].upper()):
            (found,) = (await api.get(f"{STORE}/{path}?campaignId={written}"))["items"]
            assert found["campaignId"] == double["campaignId"]
        assert (await api.get(f"{STORE}/{path}?campaignId={UNKNOWN}"))["items"] == []


async def test_reactors_are_listed_as_campaigns(api_anywhere: Api):
    await shop(api_anywhere)

    listed = (await api_anywhere.get(f"{STORE}/campaign"))["items"]
    (double,) = [each for each in listed if each["reactor"] == "double"]

    assert [(each["reactor"], each["trigger"], each["active"]) for each in listed] == [
        ("double", "custom_event", True),
        ("over", "custom_event", False),
        ("points-for-purchase", "custom_event", True),
        ("welcome", "internal_event", True),
    ]
    assert (double["name"], double["event"], double["type"]) == ("Double points", "purchase", "direct")
    assert double["activity"]["endsAt"].startswith("2100-01-01")
    (rule,) = double["rules"]
    assert rule["conditions"][0]["data"] == ['{">": [{"var": "event.body.total"}, 20]}']
    assert [each["effect"] for each in rule["effects"]] == ["give_points", "grant_badge"]
    assert await api_anywhere.get(f"{STORE}/campaign/{double['campaignId'].upper()}") == double
    assert await api_anywhere.get(f"{STORE}/campaign/double") == double


@pytest.mark.parametrize(
    ("query", "found"),
    [("active=true", 3), ("trigger=internal_event", 1), ("event=purchase", 3), ("name[like]=Double", 1)],
)
async def test_campaigns_are_filtered(api: Api, query: str, found: int):
    await shop(api)

    assert len((await api.get(f"{STORE}/campaign?{query}"))["items"]) == found


async def test_limits_show_what_is_used_by_all_and_by_one_member(api_anywhere: Api):
    anna, bert = await shop(api_anywhere)
    await use(api_anywhere, anna, 2, 300)

    of_all = await api_anywhere.get(f"{STORE}/campaign/double")
    (of_bert,) = (await api_anywhere.get(f"{STORE}/member/{bert}/campaign?name=Double points"))["items"]
    of_anna = (await api_anywhere.get(f"{STORE}/member/{anna}/campaign?showAll=true&name=Double points"))["items"]
    left = (await api_anywhere.get(f"{STORE}/member/{anna}/campaign"))["items"]

    month, day = ({"type": name, "value": 1} for name in ("calendarMonths", "calendarDays"))
    assert of_all["limits"] == {
        "points": {"value": 1000, "interval": month},
        "executionsPerMember": {"value": 2, "interval": day},
    }
    points = {"currentValue": 300, "limitValue": 1000, "remaining": 700, "interval": month}
    assert of_all["limitUsages"] == {"points": points}
    assert of_bert["limitUsages"]["executionsPerMember"]["remaining"] == 2
    assert [(each["limitReached"], each["limitUsages"]["executionsPerMember"]["remaining"]) for each in of_anna] == [
        (True, 0)
    ]
    assert [each["reactor"] for each in left] == ["points-for-purchase", "welcome"]


async def campaign_of(api: Api, member: str, limits: str, **used: Any) -> Any:
    """The campaign of a reactor with these limits, as a member is shown it who used it before."""
    effect = "{award_points: {points: 5}}"
    await api.deploy(reactors__fan=f"reactor: fan\non: purchase\nthen: [{effect}]\nlimits: {limits}\n")
    if used:
        await api.write(lambda tx: tx.usage.claim(Claim("fan", **used), member))
    (shown,) = (await api.get(f"{STORE}/member/{member}/campaign?showAll=true&name=fan"))["items"]
    return shown


async def test_of_several_limits_the_one_that_leaves_the_least_is_shown(api: Api):
    anna, _ = await shop(api)
    limits = "[{per: member, every: day, times: 3}, {per: member, every: ever, times: 4}]"
    yesterday = local_day(datetime.now(UTC), UTC) - timedelta(days=2)

    unused = await campaign_of(api, anna, limits)
    used = await campaign_of(api, anna, limits, per="member", day=yesterday, times=2, points={})

    first, second = [each["limitUsages"]["executionsPerMember"] for each in (unused, used)]
    assert (first["remaining"], first["interval"]["type"]) == (3, "calendarDays")
    assert (second["remaining"], second["limitValue"], "interval" in second) == (2, 4, False)


async def test_a_limit_of_all_members_is_not_reached_for_a_test_member(api: Api):
    anna, bert = await shop(api)
    await api.write(lambda tx: tx.members.set_test(bert, True, now=datetime.now(UTC)))
    limits = "[{per: program, every: ever, points: 10}]"
    used = {"per": "program", "day": local_day(datetime.now(UTC), UTC), "times": 2, "points": {"points": Decimal(10)}}

    of_anna = await campaign_of(api, anna, limits, **used)
    of_bert = await campaign_of(api, bert, limits)

    assert (of_anna["limitReached"], of_bert["limitReached"]) == (True, False)


async def test_a_member_sees_only_their_own_campaigns(api: Api):
    anna, bert = await shop(api)
    login = {"username": "anna@example.com", "password": "password"}
    token = (await api.post(f"{STORE}/member/login_check", login)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}

    visible = await api.get(f"{STORE}/member/{anna}/campaign/visible?active=true", headers=headers)
    others = await api.http.get(f"{STORE}/member/{bert}/campaign/visible", headers=headers)

    assert [each["name"] for each in visible["items"]] == ["Double points", "points-for-purchase", "welcome"]
    assert others.status_code == 403


def simulation(**changed: Any) -> dict[str, Any]:
    event = {"type": "purchase", "eventDate": "2026-05-07T09:00:00", "body": {"total": 30}}
    return {"simulate": {"trigger": "custom_event", "custom_event": event} | changed}


async def test_a_simulation_says_what_the_campaigns_would_give(api_anywhere: Api):
    anna, _ = await shop(api_anywhere)
    api_anywhere.started.clear()

    adhoc = await api_anywhere.post(f"{STORE}/campaign/simulate", simulation(customer={"activePoints": "40"}))
    stored = await api_anywhere.post(f"{STORE}/campaign/simulate", simulation(customer={"id": anna}))

    effects = [(each["type"], each.get("points"), each["campaign"]["name"]) for each in adhoc.json()["effects"]]
    assert effects == [
        ("give_points", 60, "Double points"),
        ("grant_badge", None, "Double points"),
        ("give_points", 30, "points-for-purchase"),
    ]
    (wallet,) = adhoc.json()["simulatedMember"]["wallets"]
    assert (wallet["account"], wallet["walletType"]["code"]) == ({"activeUnits": 130}, "points")
    assert stored.json()["simulatedMember"]["memberId"] == anna
    assert api_anywhere.started == []


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"trigger": "transaction"}, "simulate.trigger", "notSupported"),
        ({"custom_event": None}, "simulate.custom_event", "missing"),
        ({"custom_event": {"type": "purchase"}}, "simulate.custom_event.eventDate", "missing"),
        ({"customer": {"segments": []}}, "simulate.customer.segments", "notSupported"),
        ({"customer": {"id": UNKNOWN, "activePoints": 1}}, "simulate.customer.activePoints", "notSupported"),
        ({"customer": {"activePoints": "many"}}, "simulate.customer.activePoints", "invalidAmount"),
        ({"customer": {"activePoints": "NaN"}}, "simulate.customer.activePoints", "invalidAmount"),
        ({"customer": {"levelId": "diamond"}}, "simulate.customer.levelId", "unknownTier"),
    ],
)
async def test_a_simulation_that_cannot_be_is_refused_at_its_path(api: Api, changed: Any, path: str, code: str):
    answer = await api.post(f"{STORE}/campaign/simulate", simulation(**changed))

    assert fault(answer, path)["code"] == code


@pytest.mark.parametrize(
    "path", ["campaign/nothing", f"member/{UNKNOWN}/campaign", f"member/{UNKNOWN}/campaign/visible"]
)
async def test_what_does_not_exist_is_not_found(api: Api, path: str):
    assert (await api.http.get(f"{STORE}/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "campaign"), ("PUT", "campaign/x"), ("PATCH", "campaign/x"), ("DELETE", "campaign/x")]
)
async def test_campaigns_are_changed_in_files_alone(api: Api, method: str, path: str):
    answer = await api.http.request(method, f"{STORE}/{path}", json={})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "reactors" in answer.json()["message"]
