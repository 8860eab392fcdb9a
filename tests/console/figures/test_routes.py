"""Pages of figures: pictures with their numbers, links to their rows, and filters that make no sense."""

import json
from html import unescape
from re import findall

from tests.api.analytics.test_figures import busy_shop, today
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor
from tests.kit.sent import answer_events


async def test_pictures_have_their_numbers_as_a_table_with_links_to_the_rows(api: Api, visitor: Visitor) -> None:
    ann, _ = await busy_shop(api)
    soon = {"transfer": {"customer": ann, "points": 7, "expiresInDays": 3}}
    assert (await api.post("/api/DEFAULT/points/add", soon)).status_code == 200

    answer = await visitor.get(f"{HOME}/figures?intervalStartDate={today(days_ago=1)}")
    charts = [json.loads(unescape(each)) for each in findall(r'data-chart="([^"]*)"', answer.text)]
    links = [unescape(each) for each in findall(r'href="([^"]*createdAt[^"]*)"', answer.text)]
    member = await visitor.get(f"{HOME}/members/{ann}")
    (balance,) = findall(r'data-chart="([^"]*)"', member.text)

    points, outstanding, expiring, tiers = charts
    assert points["labels"] == [today(days_ago=1), today()]
    assert {each["name"]: each["values"] for each in points["series"]} == {
        "issued": [0, 1207],
        "spent": [0, 100],
        "expired": [0, 0],
    }
    assert outstanding["series"][0]["values"] == [0, 1107]
    assert sum(expiring["series"][0]["values"]) == 7
    assert sum(tiers["series"][0]["values"]) == 2
    assert "1,107" in await visitor.page(f"{HOME}/figures")
    assert any("createdAt%5Blt%5D" in each and "createdAt%5Bgte%5D" not in each for each in links)
    assert all("test=false" in each for each in links), "figures are without test members, and so are their rows"
    for each in links:
        assert "in all" in await visitor.page(each), each
    assert json.loads(unescape(balance))["series"][0]["values"][-2:] == [0, 1107]


async def test_what_the_figures_are_not_asked_for_is_said_at_the_filter(api: Api, visitor: Visitor) -> None:
    await api.deploy()
    wrong = {
        "intervalStartDate=yesterday": "intervalStartDate : write a day as 2026-12-31",
        "intervalStartDate=2026-02-02&intervalEndDate=2026-02-01": "the period ends before it begins",
        "intervalStartDate=1000-01-01": "out of range",
        "intervalStartDate=2024-01-01&intervalEndDate=2026-01-01": "more than 400 values",
        "aggregationType=hour": "an interval is day, week, month, year",
        "walletTypeCode=gold": "the program has no such wallet",
    }

    for query, message in wrong.items():
        assert message in await visitor.page(f"{HOME}/figures?{query}"), query


async def test_points_that_expire_are_listed_with_their_members_by_key(api: Api, visitor: Visitor) -> None:
    await api.deploy()
    emails = [f"{name}@example.com" for name in ("ann", "bob", "eve")]
    for email in emails:
        customer = {"customer": {"email": email}}
        member = (await api.post("/api/DEFAULT/member", customer)).json()["customerId"]
        moved = {"transfer": {"customer": member, "points": 7, "expiresInDays": 3}}
        assert (await api.post("/api/DEFAULT/points/add", moved)).status_code == 200

    path, found = "/api/DEFAULT/points/expiring?_itemsOnPage=2&_orderBy[expiresAt]=asc&_scroll=", []
    page = await api.get(path)
    found += page["items"]
    while page["scroll"]["next"]:
        page = await api.get(path + page["scroll"]["next"])
        found += page["items"]
    shown = await visitor.page(f"{HOME}/points/expiring?walletType:code=points")
    none = await visitor.page(f"{HOME}/points/expiring?expiresAt[gte]={today(days_ago=-9)}")
    series = await api.get("/api/DEFAULT/analytics/series/expiring/points?weeks=2")

    assert [each["customerData"]["email"] for each in found] == emails
    assert [each["points"] for each in found] == [7, 7, 7]
    assert sum(each["points"] for each in series["items"]) == 21
    assert all(each in shown for each in emails)
    assert "Nothing matches" in none
    for wrong in ("_scroll=nonsense", "expiresAt=soon", "_page=2"):
        assert (await api.http.get(f"/api/DEFAULT/points/expiring?{wrong}")).status_code == 400, wrong
    assert "this is not a place in the list" in await visitor.page(f"{HOME}/points/expiring?_scroll=nonsense")


async def test_an_achievement_is_chosen_and_its_funnel_drawn_with_the_numbers(api: Api, visitor: Visitor) -> None:
    await api.deploy()
    login = {"type": "app_login", "body": {"device": "ios"}}
    for name in ("ann", "bob"):
        assert (await api.report(**login, customerData={"email": f"{name}@example.com"})).status_code == 200
    await answer_events(api)

    unchosen = await visitor.page(f"{HOME}/figures/achievements")
    chosen = (await visitor.get(f"{HOME}/figures/achievements?achievement=seven-days")).text
    wrong = await visitor.page(f"{HOME}/figures/achievements?achievement=%3Cb%3E")

    (chart,) = [json.loads(unescape(each)) for each in findall(r'data-chart="([^"]*)"', chosen)]
    assert chart["labels"][:2] == ["began", "a quarter of 7"]
    assert chart["series"] == [{"name": "members", "values": [2, 0, 0, 0, 0, 0]}]
    assert "three quarters of 7" in chosen
    assert "Choose an achievement." in unchosen
    assert "Open the app seven days in a row" in unchosen
    assert "achievement : the program has no such achievement" in wrong
    assert "Choose an achievement." in wrong
    await api.deploy(**{"achievements__seven-days": ""})
    assert "The program has no achievements." in await visitor.page(f"{HOME}/figures/achievements")
