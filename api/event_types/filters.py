"""The filters of the list of event types."""

from typing import Any

from api.http.paging import Filter, ListQuery

LIST_QUERY = ListQuery({"eventType": "text", "name": "text", "active": "boolean"})


def matches(view: dict[str, Any], filters: list[Filter]) -> bool:
    """Whether an event type, as answers show it, matches all filters."""
    return all(_matches_one(view[each.field], each) for each in filters)


def _matches_one(value: Any, one: Filter) -> bool:
    return one.value in value if one.operator == "like" else bool(value == one.value)
