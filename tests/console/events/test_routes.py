"""Pages of events."""

import pytest

from access import Permission
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, visiting


async def test_events_are_listed_and_filtered(api: Api, visitor: Visitor) -> None:
    await api.report(eventId="one")
    await api.report(eventId="two", customerData={"email": "bert@example.com"})

    both = await visitor.page(f"{HOME}/events")
    one = await visitor.page(f"{HOME}/events?customerData:email=bert@example.com&type=&status=")

    assert "anna@example.com" in both
    assert "2 in all" in both
    assert "anna@example.com" not in one
    assert "bert@example.com" in one


@pytest.mark.parametrize(
    "query", ["?createdAt[gte]=nonsense", "?nothing=1", "?_page=0", "?_page=x&_itemsOnPage=999", "?createdAt[like]=1"]
)
async def test_a_query_that_makes_no_sense_is_said(visitor: Visitor, query: str) -> None:
    assert "Nothing matches" in await visitor.page(f"{HOME}/events{query}") or query.startswith("?_page")


async def test_pages_follow_one_another(api: Api, visitor: Visitor) -> None:
    for number in range(30):
        await api.report(eventId=f"number-{number}")

    first = await visitor.page(f"{HOME}/events?_live=off")
    second = await visitor.page(f"{HOME}/events?_live=off&_page=2")

    assert "Next page" in first
    assert "number-29" in first
    assert "number-4" in second.split()
    assert "First page" in second


async def test_who_may_not_see_members_sees_them_masked(api: Api) -> None:
    await api.report()
    role = await add_role(api, "counts", frozenset(Permission) - {Permission.VIEW_PERSONAL_DATA})
    await add_administrator(api, "counts", role=role)
    async with visiting(api) as visitor:
        await visitor.log_in("counts")
        page = await visitor.page(f"{HOME}/events")

    assert "anna@example.com" not in page
    assert "a•••" in page


async def test_an_event_is_found_by_what_somebody_pastes(api: Api, visitor: Visitor) -> None:
    await api.report(eventId="receipt-1")
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]["customEventId"]

    for text in ("receipt-1", event, f" {event} "):
        answer = await visitor.get(f"{HOME}/search", params={"q": text})
        assert answer.headers["location"] == f"{HOME}/events/{event}", text
    assert "Nothing is known as" in await visitor.page(f"{HOME}/search?q=unheard-of")
    assert "/members/" in (await visitor.get(f"{HOME}/search?q=anna@example.com")).headers["location"]


async def test_an_unknown_event_is_no_page(visitor: Visitor) -> None:
    answer = await visitor.get(f"{HOME}/events/0190f2a0-0000-7000-8000-00000000dead")

    assert answer.status_code == 404
