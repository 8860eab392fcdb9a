"""Analytics over HTTP: members, points, transactions, tiers and campaigns, each number by its definition."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalty.calendar import local_day
from tests.kit.api import Api
from tests.kit.figures import count_all
from tests.kit.sent import answer_events
from tests.kit.transactions import document, line

STORE = "/api/DEFAULT"
ANALYTICS = f"{STORE}/analytics"
WARSAW = ZoneInfo("Europe/Warsaw")


def today(*, days_ago: int = 0) -> str:
    return (local_day(datetime.now(UTC), WARSAW) - timedelta(days=days_ago)).isoformat()


async def busy_shop(api: Api) -> tuple[str, str]:
    """A store with two members: one has bought, has points and has spent some; the other has done nothing."""
    await api.deploy()
    ann, bob = [
        (await api.post(f"{STORE}/member", {"customer": {"email": email}})).json()["customerId"]
        for email in ("ann@example.com", "bob@example.com")
    ]
    purchase = {"type": "purchase", "body": {"total": 600, "channel": "web"}}
    for _ in range(2):
        assert (await api.report(**purchase, customerData={"email": "ann@example.com"})).status_code == 200
    await answer_events(api)
    moved = {"transfer": {"customer": ann, "points": 100}}
    assert (await api.post(f"{STORE}/points/spend", moved)).status_code == 200
    for number, when in (("S-1", today()), ("S-2", today(days_ago=20))):
        sold = document(number, line("cup", 2), customer={"email": "ann@example.com"})
        sold["transaction"]["header"]["purchasedAt"] = f"{when}T00:30:00+01:00"
        assert (await api.post(f"{STORE}/transaction", sold)).status_code == 200, number
    await answer_events(api)
    return ann, bob


@pytest.mark.parametrize("is_counted", [False, True])
async def test_figures_of_a_store(api_anywhere: Api, is_counted: bool):
    api = api_anywhere
    await busy_shop(api)
    if is_counted:
        await count_all(api.database, WARSAW)

    members = await api.get(f"{ANALYTICS}/members")
    buyers = await api.get(f"{ANALYTICS}/members?withTransaction=true")
    others = await api.get(f"{ANALYTICS}/members?withTransaction=false")
    (points,) = await api.get(f"{ANALYTICS}/points")
    (transactions,) = await api.get(f"{ANALYTICS}/transactions")
    levels = await api.get(f"{ANALYTICS}/levels")
    campaigns = await api.get(f"{ANALYTICS}/campaigns")

    assert members == {"total": 2, "intervals": [dict.fromkeys(_INTERVALS, 2)]}
    assert buyers == others == {"total": 1, "intervals": [dict.fromkeys(_INTERVALS, 1)]}
    assert points["walletTypeCode"] == "points"
    assert points["totalPointsAdded"] - points["totalPointsSpent"] == points["totalPointsActive"]
    assert (points["totalPointsSpent"], points["totalPointsExpired"], points["totalPointsPending"]) == (100, 0, 0)
    assert (transactions["total"], transactions["amount"]) == (2, 2 * transactions["amount"] / 2)
    assert list(transactions["countIntervals"].values()) == [1, 1, 2, 2]
    assert sum(each["customers"] for each in levels["items"]) <= 2
    assert {each["name"]: each["executions"] for each in campaigns["items"]}[campaigns["items"][0]["name"]] >= 2
    assert await api.get(f"{ANALYTICS}/referrals") == {"total": 0}


_INTERVALS = ("in_1_days", "in_7_days", "in_30_days", "in_365_days")


async def test_an_overview_has_a_header_and_a_figure_for_each_day(api: Api):
    await busy_shop(api)

    found = await api.get(f"{ANALYTICS}/dashboard/general-overview?dataType=transactions")

    assert len(found["data"]) == len(found["comparativePeriodData"]) == 30
    assert {day: count for day, count in found["data"].items() if count} == {today(): 1, today(days_ago=20): 1}
    header = found["header"]
    assert (header["registeredMembers"], header["activeMembers"], header["transactions"]) == (2, 1, 2)
    assert header["avgNumberOfTransactions"] == 2
    assert header["revenue"] == header["avgSpending"] == 2 * header["avgTransactionValue"] > 0
    assert (header["returnTransactions"], header["totalReturns"], header["avgReturnValue"]) == (0, 0, 0)
    assert (found["dataType"], found["aggregationType"]) == ("transactions", "day")
    assert found["intervalEndDate"].startswith(today())


@pytest.mark.parametrize(("interval", "least"), [("week", 5), ("month", 1), ("year", 1)])
async def test_intervals_count_a_member_once(api: Api, interval: str, least: int):
    await busy_shop(api)
    await count_all(api.database, WARSAW)
    path = f"{ANALYTICS}/dashboard/general-overview?dataType=activeMembers&aggregationType={interval}"

    found = await api.get(path)

    assert len(found["data"]) >= least
    assert max(found["data"].values()) == 1
    assert found["header"]["activeMembers"] == 1


async def test_points_of_a_wallet_are_shown_by_day_with_rates(api_anywhere: Api):
    api = api_anywhere
    await busy_shop(api)

    issued = await api.get(f"{ANALYTICS}/units-overview/points")
    active = await api.get(f"{ANALYTICS}/units-overview/points?dataType=unitsActive&aggregationType=month")

    header = issued["header"]
    assert issued["data"][today()] == header["unitsIssued"] > 0
    assert header["unitsActive"] == header["unitsIssued"] - 100 == list(active["data"].values())[-1]
    assert header["redemptionRate"] == pytest.approx(100 / header["unitsIssued"], abs=0.0001)
    assert issued["walletTypeCode"] == "points"
    assert sum(issued["data"].values()) == header["unitsIssued"]


async def test_a_campaign_shows_how_often_it_fired_and_for_how_many(api: Api):
    await busy_shop(api)

    found = await api.get(f"{ANALYTICS}/campaign/single-view/points-for-purchase?dataType=engagedMembers")

    assert found["header"] == {"totalEngagement": 2, "engagedMembers": 1}
    assert found["data"][today()] == 1


async def test_executions_are_counted_between_days(api: Api):
    await busy_shop(api)

    async def executions(query: str) -> int:
        return sum(each["executions"] for each in (await api.get(f"{ANALYTICS}/campaigns?{query}"))["items"])

    ever = await executions("")
    assert ever >= 2
    assert await executions(f"executedAt[gte]={today()}") == ever
    assert await executions(f"executedAt[lt]={today()}") == 0
    assert await executions(f"executedAt[lte]={today()}") == ever


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("dashboard/general-overview", 400),
        ("dashboard/general-overview?dataType=nothing", 400),
        ("dashboard/general-overview?dataType=revenue&intervalStartDate=2026-02-02&intervalEndDate=2026-02-01", 400),
        ("dashboard/general-overview?dataType=revenue&intervalStartDate=0001-01-01", 400),
        ("dashboard/general-overview?dataType=revenue&intervalEndDate=9999-12-31", 400),
        ("dashboard/general-overview?dataType=revenue&intervalStartDate=2020-01-01", 400),  # more days than buckets
        ("units-overview/nothing", 404),
        ("units-overview/points?aggregationType=hour", 400),
        ("campaign/single-view/nothing?dataType=totalEngagement", 404),
        ("campaigns?executedAt=yesterday", 400),
    ],
)
async def test_what_cannot_be_shown_is_refused(api: Api, path: str, status: int):
    answer: Any = await api.http.get(f"{ANALYTICS}/{path}")

    assert answer.status_code == status, answer.text
