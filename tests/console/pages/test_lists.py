"""Which page of a list is next."""

from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import QueryParams

from console.pages.lists import ITEMS_ON_PAGE, List
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of


@pytest.mark.parametrize(
    ("query", "filtered", "next_page"),
    [
        ("", ITEMS_ON_PAGE, None),
        ("", ITEMS_ON_PAGE + 1, "?_page=2"),
        ("_page=2", 2 * ITEMS_ON_PAGE, None),
        ("_page=2&q=x", 2 * ITEMS_ON_PAGE + 1, "?q=x&_page=3"),
        ("_itemsOnPage=5", 6, "?_itemsOnPage=5&_page=2"),
        ("_itemsOnPage=5", 5, None),
        ("_page=nonsense", 0, None),
    ],
)
def test_a_next_page_is_offered_if_it_has_anything(query: str, filtered: int, next_page: str | None) -> None:
    total = {"all": 99, "filtered": filtered, "estimated": False}

    assert List({"items": [], "total": total}, QueryParams(query)).next == next_page


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-05-01", "2026-05-01T00:00:00"),
        ("2026-05-01T10:00", "2026-05-01T10:00:00"),
        ("2026-05-01T10:00:30.5", "2026-05-01T10:00:30"),
        ("2026-05-01T10:00:00Z", "2026-05-01T12:00:00"),
        ("2026-01-01T10:00:00+02:00", "2026-01-01T09:00:00"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_a_moment_of_the_address_stands_in_the_field_of_its_filter(given: str, shown: str) -> None:
    one = List({"items": []}, QueryParams({"createdAt[gte]": given}), zone=ZoneInfo("Europe/Warsaw"))

    assert one.moment("createdAt[gte]") == shown


async def test_the_filters_of_a_link_are_sent_again_by_the_form(api: Api, visitor: Visitor) -> None:
    query = "createdAt[gte]=2026-05-01&createdAt[lt]=2026-05-02&type=gone&walletType:code=points"
    wrong = "createdAt[gte]=nonsense&status=gone"

    points = form_of(await visitor.get(f"{HOME}/points?{query}"), having="createdAt[gte]")
    events = form_of(await visitor.get(f"{HOME}/events?{wrong}"), having="createdAt[gte]")

    assert points["createdAt[gte]"] == "2026-05-01T00:00:00"
    assert (points["createdAt[lt]"], points["walletType:code"], points["type"]) == ("2026-05-02", "points", "gone")
    assert (events["createdAt[gte]"], events["status"]) == ("nonsense", "gone")
