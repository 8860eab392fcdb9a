"""The filters of the list of members."""

from api.http.paging import Filter, ListQuery
from database.pages import Condition, PageRequest

LIST_QUERY = ListQuery(
    {
        "customerId": "exact_text",
        "email": "text",
        "phone": "text",
        "loyaltyCardNumber": "text",
        "active": "boolean",
        "createdAt": "instant",
        "registeredAt": "instant",
    }
)

_COLUMNS = {
    "customerId": "id",
    "email": "email_key",
    "phone": "phone_key",
    "loyaltyCardNumber": "card",
    "active": "active",
    "createdAt": "created_at",
    "registeredAt": "registered_at",
}


def filtered_page(page: PageRequest, filters: list[Filter]) -> PageRequest:
    """The page of the members that match the filters."""
    return PageRequest(page.limit, page.offset, page.newest_first, [_condition(each) for each in filters])


def _condition(member_filter: Filter) -> Condition:
    """A filter as a condition on a column; ids, emails and phones match in any case."""
    condition = member_filter.on(_COLUMNS[member_filter.field])
    if member_filter.field in ("customerId", "email", "phone"):
        return Condition(condition.column, condition.operator, str(condition.value).lower())
    return condition
