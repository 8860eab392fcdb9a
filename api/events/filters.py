"""The filters of the list of custom events."""

from dataclasses import replace
from typing import get_args

from api.http.paging import Filter, ListQuery, compare
from api.http.places import BY_DATE
from database import ReadTransaction
from database.pages import Condition, PageRequest, PageResult
from loyalty.events.builtin_events import BUILT_IN
from loyalty.members.identity import identity_of
from loyalty.program.program import Program
from loyalty.store.events import EventStatus, StoredEvent

LIST_QUERY = ListQuery(
    {
        "customerId": "exact_text",
        "type": "text",
        "eventName": "text",
        "eventId": "identifier",
        "customEventId": "exact_text",
        "customerData:email": "exact_text",
        "customerData:phone": "exact_text",
        "customerData:loyaltyCardNumber": "exact_text",
        "createdAt": "instant",
        "eventDate": "instant",
        "status": "text",
    },
    key=BY_DATE,
)

_COLUMNS = {
    "type": "type",
    "eventId": "external_id",
    "customEventId": "id",
    "createdAt": "received_at",
    "eventDate": "time",
}


def find_events(
    tx: ReadTransaction, program: Program, page: PageRequest, filters: list[Filter]
) -> PageResult[StoredEvent]:
    """Return a page of the custom events that match the filters."""
    conditions = [_condition(tx, program, each) for each in filters]
    return tx.events.page(replace(page, conditions=conditions), without=BUILT_IN)


def _condition(tx: ReadTransaction, program: Program, event_filter: Filter) -> Condition:
    """Return a filter as a condition on a column; event titles and members' identities are looked up first."""
    match event_filter.field:
        case "eventName":
            names = [each.name for each in program.event_types.values() if _matches(each.title, event_filter)]
            return Condition("type", "in", names)
        case "customerData:email" | "customerData:phone" | "customerData:loyaltyCardNumber":
            identity = identity_of({event_filter.field.partition(":")[2]: str(event_filter.value)}).written(
                program.region
            )
            return Condition("member", "in", [each.id for each in tx.members.identities_matching(identity)])
        case "status":
            known = [each for each in get_args(EventStatus) if _matches(each, event_filter)]
            return Condition("status", "in", known)
        case "customerId":
            return Condition("member", "eq", tx.members.leads_to(str(event_filter.value).lower()))
        case "customEventId" as field:
            return Condition(_COLUMNS[field], event_filter.operator, str(event_filter.value).lower())
        case field:
            return event_filter.on(_COLUMNS[field])


def _matches(title: str, event_filter: Filter) -> bool:
    text = str(event_filter.value)
    return compare(event_filter.operator, title, text)
