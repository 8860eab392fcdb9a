"""Which page of a list is next."""

import pytest
from starlette.datastructures import QueryParams

from console.pages.lists import ITEMS_ON_PAGE, List


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
