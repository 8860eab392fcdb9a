"""The filters of the list of subscriptions."""

from api.http.paging import Filter, ListQuery
from database.pages import Condition, PageRequest

LIST_QUERY = ListQuery({"url": "text", "legacy": "boolean", "eventName": "text", "createdAt": "instant"})

_COLUMNS = {"url": "url", "eventName": "event_name", "createdAt": "created_at"}


def filtered_page(page: PageRequest, filters: list[Filter]) -> PageRequest:
    """The page of the subscriptions that match the filters."""
    return PageRequest(page.limit, page.offset, page.newest_first, [_condition(each) for each in filters])


def _condition(subscription_filter: Filter) -> Condition:
    if subscription_filter.field == "legacy":
        formats = ["legacy"] if subscription_filter.value else ["current", "envelope"]
        return Condition("format", "in", formats)
    return subscription_filter.on(_COLUMNS[subscription_filter.field])
