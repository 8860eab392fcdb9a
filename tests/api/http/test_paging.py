"""The query parameters of lists: pages, order, filters, and what is refused."""

from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import QueryParams

from api.http.errors import BadInput
from api.http.paging import ListQuery, matches

LIST_QUERY = ListQuery(
    {
        "email": "text",
        "customerData:phone": "text",
        "customerId": "exact_text",
        "eventId": "identifier",
        "createdAt": "instant",
        "active": "boolean",
    }
)


def read(query: str):
    return LIST_QUERY.parse(QueryParams(query), ZoneInfo("Europe/Warsaw"))


def test_a_list_shows_the_ten_newest_by_default():
    usual, _ = read("")
    asked, _ = read("_page=3&_itemsOnPage=50&_orderBy[createdAt]=ASC")

    assert (usual.limit, usual.offset, usual.newest_first) == (10, 0, True)
    assert (asked.limit, asked.offset, asked.newest_first) == (50, 100, False)


def test_filters_are_fields_nested_fields_and_operators():
    _, wanted = read("email=a%40b&customerData:phone[like]=48&createdAt[gte]=2024-05-01&active=true&_locale=en")

    assert [(each.field, each.operator) for each in wanted] == [
        ("email", "eq"),
        ("customerData:phone", "like"),
        ("createdAt", "gte"),
        ("active", "eq"),
    ]
    assert [each.value for each in wanted if each.field != "createdAt"] == ["a@b", "48", True]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email[like]=ŻÓŁ", True),
        ("email=żółw@example.com", False),
        ("eventId[like]=A-1", True),
        ("eventId[like]=a-1", False),
        ("eventId=A-17", True),
    ],
)
def test_a_part_of_a_text_is_found_in_any_case_and_one_of_an_identifier_in_its_own(query: str, found: bool):
    _, filters = read(query)

    assert matches({"email": "Żółw@example.com", "eventId": "A-17"}, filters) is found


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ("_page=0", "_page", "from 1"),
        ("_page=-1", "_page", "from 1"),
        ("_page=one", "_page", "from 1"),
        ("_page=", "_page", "from 1"),
        ("_page=99999999999999999999", "_page", "from 1"),
        ("_page=%C2%B2", "_page", "from 1"),
        ("_itemsOnPage=51", "_itemsOnPage", "to 50"),
        ("_orderBy[email]=asc", "_orderBy[email]", "_orderBy[createdAt]"),
        ("_orderBy[createdAt]=up", "_orderBy[createdAt]", "asc or desc"),
        ("_scroll=", "_scroll", "_page"),
        ("emial=a", "emial", "did you mean email?"),
        ("zzz=a", "zzz", "it can be by email"),
        ("customerId[like]=a", "customerId[like]", "use eq"),
        ("email[gte]=a", "email[gte]", "eq, like"),
        ("email[in]=a", "email[in]", "eq, like"),
        ("createdAt=yesterday", "createdAt", "2024-05-01T09:30:00"),
        ("createdAt[like]=2024", "createdAt[like]", "gte"),
        ("active=maybe", "active", "true or false"),
        ("email=a%00b", "email", "NUL"),
        ("[=]", "[", "not filtered"),
    ],
)
def test_an_invalid_query_of_a_list_is_refused_with_the_cure(query: str, path: str, message: str):
    with pytest.raises(BadInput) as refused:
        read(query)

    assert [fault.path for fault in refused.value.faults] == [path]
    assert message in refused.value.faults[0].message


def test_more_filters_than_a_database_takes_are_refused():
    read("&".join(f"email=a{number}" for number in range(50)))

    with pytest.raises(BadInput) as refused:
        read("&".join(f"email=a{number}" for number in range(1000)))

    (fault,) = refused.value.faults
    assert (fault.code, "at most 50 filters" in fault.message) == ("tooManyFilters", True)
