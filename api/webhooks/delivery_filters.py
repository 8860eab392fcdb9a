"""The filters of the list of deliveries, its pages by key, and the criteria of resend jobs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from api.http.errors import BadInput, InputFault
from api.http.paging import Filter, ListQuery
from api.http.scrolling import read_place, scrolling_parameters, write_place
from api.webhooks.delivery_schemas import Criteria
from api.webhooks.validation import validate_event_name
from database.deliveries import DeliveryKey
from database.pages import Condition
from loyalty.calendar import read_date
from loyalty.store.resends import UNDELIVERED, ResendCriteria

LIST_QUERY = ListQuery(
    {
        "webhookSubscriptionId": "exact_text",
        "eventName": "exact_text",
        "status": "exact_text",
        "customerId": "exact_text",
        "customEventId": "exact_text",
        "messageId": "exact_text",
        "createdAt": "instant",
        "finishedAt": "instant",
    }
)
_COLUMNS = {
    "webhookSubscriptionId": "subscription",
    "eventName": "name",
    "status": "status",
    "customerId": "member",
    "customEventId": "event",
    "messageId": "message",
    "createdAt": "created_at",
    "finishedAt": "finished_at",
}
_IDS = frozenset({"webhookSubscriptionId", "customerId", "customEventId", "messageId"})
_STATUSES = ("pending", "delivered", "failed", "skipped")


def openapi_parameters() -> dict[str, Any]:
    """Return the query parameters of the list for OpenAPI."""
    return scrolling_parameters(LIST_QUERY)


def conditions_of(filters: list[Filter]) -> list[Condition]:
    """Return the conditions of filters; raise BadInput for an unknown status."""
    for each in filters:
        if each.field == "status" and each.value not in _STATUSES:
            message = f"a delivery is {', '.join(_STATUSES)}"
            raise BadInput.at("status", message, "invalid")
    return [_condition(each) for each in filters]


def _condition(one: Filter) -> Condition:
    condition = one.on(_COLUMNS[one.field])
    return replace(condition, value=str(one.value).lower()) if one.field in _IDS else condition


def read_cursor(text: str) -> DeliveryKey | None:
    """Return the position after which a page begins; None: at the first row. Raise BadInput."""
    return read_place(text, _place)


def _place(fields: Mapping[str, Any]) -> DeliveryKey:
    at = datetime.fromisoformat(fields["createdAt"])
    if at.tzinfo is None or not isinstance(fields["id"], str) or "\0" in fields["id"]:
        raise ValueError(fields)
    return DeliveryKey(at, fields["id"])


def write_cursor(key: DeliveryKey) -> str:
    """Return a position as text, which `read_cursor` reads."""
    return write_place({"createdAt": key.created_at.isoformat(), "id": key.id})


def criteria_of(given: Criteria, zone: tzinfo) -> ResendCriteria:
    """Return the criteria of a job; raise BadInput with every fault."""
    if given.event_name is not None:
        validate_event_name(given.event_name, "resend.eventName")
    faults: list[InputFault] = []
    created_from = read_moment(given.created_from, zone, "resend.createdFrom", faults)
    created_until = read_moment(given.created_until, zone, "resend.createdUntil", faults)
    finished_from = read_moment(given.finished_from, zone, "resend.finishedFrom", faults)
    if created_from is not None and created_until is not None and created_from >= created_until:
        faults.append(InputFault("createdUntil lies behind createdFrom", "outOfRange", "resend.createdUntil"))
    if faults:
        raise BadInput.of(faults)
    return ResendCriteria(
        statuses=tuple(given.status or UNDELIVERED),
        subscription=_id(given.webhook_subscription_id),
        name=given.event_name,
        member=_id(given.customer_id),
        created_from=created_from,
        created_until=created_until,
        finished_from=finished_from,
    )


def read_moment(text: str | None, zone: tzinfo, path: str, faults: list[InputFault]) -> datetime | None:
    """Return a date of a body, without offset in `zone`; note a fault for an invalid one."""
    try:
        return None if text is None else read_date(text, zone)
    except ValueError as error:
        faults.append(InputFault(str(error), "invalidDate", path))
        return None


def _id(text: str | None) -> str | None:
    return None if text is None else text.lower()
