"""The filters of the list of due items."""

from dataclasses import replace

from api.http.paging import Filter, ListQuery
from database import ReadTransaction
from database.pages import Condition, PageRequest

LIST_QUERY = ListQuery(
    {
        "failed": "boolean",
        "customerId": "exact_text",
        "subject": "exact_text",
        "kind": "exact_text",
        "dueAt": "instant",
        "failedAt": "instant",
    },
    order_by="dueAt",
)

_COLUMNS = {"subject": "subject", "kind": "kind", "dueAt": "due_at", "failedAt": "failed_at"}


def filtered_page(tx: ReadTransaction, page: PageRequest, filters: list[Filter]) -> PageRequest:
    """Return the page of the due items that match the filters."""
    return replace(page, conditions=[_condition(tx, each) for each in filters])


def _condition(tx: ReadTransaction, due_filter: Filter) -> Condition:
    if due_filter.field == "customerId":
        return Condition("member", "eq", tx.members.leads_to(str(due_filter.value).lower()))
    if due_filter.field == "failed":
        return Condition("failed_at", "is_given", due_filter.value)
    return due_filter.on(_COLUMNS[due_filter.field])
