"""Find events by their columns."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, and_, select

from database.pages import Condition, PageRequest, PageResult, distinct_values, few_ids, find_page
from database.planner import constant, unindexed
from database.tables import NOT_APPLIED, event
from loyalty.store.events import StoredEvent

_IS_NOT_APPLIED = event.c.status.in_([constant(each) for each in NOT_APPLIED])
"""The condition of the partial index of events that are not applied, in the same form."""


def find_events(
    connection: Connection, store: str, page: PageRequest, *, without: Iterable[str]
) -> PageResult[StoredEvent]:
    """Return a page of the events of all but some types, in the order of receipt.

    A condition on the status is `in` some of the existing ones.
    """
    here = event.c.store == store
    conditions = [_of_ids(connection, store, _of_types(connection, store, each)) for each in page.conditions]
    statuses = [each.value for each in conditions if each.column == "status"]
    return find_page(
        connection,
        StoredEvent,
        event,
        replace(page, conditions=conditions),
        within=and_(here, event.c.type.not_in(list(without))),
        order_by=event.c.received_at,
        further=[_IS_NOT_APPLIED] if any("applied" not in each for each in statuses) else [],
        indexed={"time": here, "external_id": and_(here, event.c.external_id > "")},
    )


def _of_types(connection: Connection, store: str, condition: Condition) -> Condition:
    """Return a condition on types that contain a text, as one on these types, which are few."""
    if condition.column != "type" or condition.operator != "like":
        return condition
    types = distinct_values(connection, event.c.type, event.c.store == store)
    return Condition("type", "in", [each for each in types if str(condition.value).casefold() in each.casefold()])


def _of_ids(connection: Connection, store: str, condition: Condition) -> Condition:
    """Return a condition on clients' ids that contain a text, as one on these ids, if they are few.

    They are found in the index of ids alone. It is read whole, with those of other stores: to compare each with the
    text first costs less than to compare its store first.
    """
    if condition.column != "external_id" or condition.operator != "has":
        return condition
    wanted = select(event.c.external_id).where(condition.on(event.c.external_id), unindexed(event.c.store) == store)
    ids = few_ids(connection, wanted)
    return condition if ids is None else Condition("external_id", "in", ids)
