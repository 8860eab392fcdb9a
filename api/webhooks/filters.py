"""The filters of the list of subscriptions."""

from dataclasses import replace

from api.http.paging import Filter, ListQuery
from database.pages import Condition, PageRequest
from loyalty.masking import MASK

LIST_QUERY = ListQuery(
    {
        "name": "text",
        "activeFrom": "instant",
        "url": "text",
        "legacy": "boolean",
        "format": "exact_text",
        "eventName": "text",
        "disabled": "boolean",
        "createdAt": "instant",
        "search": "exact_text",
    }
)

_COLUMNS = {
    "name": "name",
    "activeFrom": "active_from",
    "url": "shown_url",
    "format": "format",
    "eventName": "event_name",
    "createdAt": "created_at",
}


def filtered_page(page: PageRequest, filters: list[Filter]) -> PageRequest:
    """Return the page of the subscriptions that match the filters."""
    return replace(page, conditions=[_condition(each) for each in filters])


def _condition(subscription_filter: Filter) -> Condition:
    value = subscription_filter.value
    match subscription_filter.field:
        case "legacy":
            return Condition("format", "in", ["legacy"] if value else ["current", "envelope"])
        case "disabled":
            return Condition("disabled_at", "is_given", value)
        case "search":
            return Condition("searchable", "has", str(value).casefold())
        case "url" if subscription_filter.operator == "eq":
            address, sign, _ = str(value).partition("?")  # as it is shown: filters do not reveal its secret query
            return Condition("shown_url", "eq", f"{address}?{MASK}" if sign else address)
        case field:
            return subscription_filter.on(_COLUMNS[field])
