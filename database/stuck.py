"""What is stuck in a store: found by partial indexes, which hold nothing else."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    select,
    union_all,
)

from database.due_items import WAITS
from database.pages import PageResult, count
from database.queries import Queries
from database.tables import Instant, attempt, deadline, delivery, event, export_file, import_file, message, subscription
from loyalty.store.stuck import StuckKind, StuckState, StuckThing

OVERDUE_AFTER = timedelta(seconds=60)
"""What should have gone on so long ago counts as overdue: by then the relays have looked after it."""


class StuckQueries(Queries):
    """Reads what is stuck in one store."""

    def page(
        self,
        *,
        now: datetime,
        limit: int,
        offset: int = 0,
        newest_first: bool = False,
        kind: StuckKind | None = None,
        retryable: bool | None = None,
    ) -> PageResult[StuckThing]:
        """Return a page of what is stuck, the longest first. `retryable`: whether somebody must try it again."""
        everything = _everything(now, self.store).subquery("stuck")
        within: list[ColumnElement[bool]] = [] if kind is None else [everything.c.kind == kind]
        if retryable is not None:
            is_overdue = everything.c.state == "overdue"
            within.append(not_(is_overdue) if retryable else is_overdue)
        keys = (everything.c.since, everything.c.kind, everything.c.id)
        order = tuple(column.desc() for column in keys) if newest_first else keys
        wanted = select(*(everything.c[each.name] for each in fields(StuckThing))).where(*within).order_by(*order)
        records = [StuckThing(*row) for row in self.connection.execute(wanted.limit(limit).offset(offset))]
        total = count(self.connection, everything)
        filtered = count(self.connection, everything, within) if within else total
        return PageResult(records, filtered, total)


def _everything(now: datetime, store: str) -> CompoundSelect[Any]:
    before = now - OVERDUE_AFTER
    found = (
        _failed_events(),
        _overdue_events(before),
        _due_items_set_aside(),
        _overdue_due_items(before),
        _undelivered(),
        _overdue_deliveries(before),
        _late_clocks(before),
        _failed_files("import", import_file),
        _failed_files("export", export_file),
    )
    return union_all(*(each.where(each.selected_columns.store == store) for each in found))


def _rows(
    kind: StuckKind, state: ColumnElement[str] | StuckState, *columns: ColumnElement[Any], **named: Any
) -> Select[Any]:
    """A selection with the columns of StuckThing, and the store."""
    given = {"kind": _text(kind), "state": _text(state) if isinstance(state, str) else state, **named}
    names = ("kind", "state", "id", "name", "member", "event", "since", "reason", "store")
    return select(*columns, *(given[name].label(name) for name in names))


def _text(value: str) -> ColumnElement[str]:
    return cast(literal(value, String), String)


_NO_TEXT = cast(null(), String)


def _failed_events() -> Select[Any]:
    return _rows(
        "event",
        "failed",
        id=event.c.id,
        name=event.c.type,
        member=event.c.member,
        event=_NO_TEXT,
        since=event.c.settled_at,
        reason=func.coalesce(event.c.error, _text("")),
        store=event.c.store,
    ).where(event.c.status == "failed", event.c.parent.is_(None), event.c.removed_at.is_(None))


def _overdue_events(before: datetime) -> Select[Any]:
    return _rows(
        "event",
        "overdue",
        id=event.c.id,
        name=event.c.type,
        member=event.c.member,
        event=_NO_TEXT,
        since=event.c.received_at,
        reason=_text("it is ") + event.c.status + _text(", and not applied"),
        store=event.c.store,
    ).where(event.c.start_after.is_not(None), event.c.position.is_not(None), event.c.received_at < before)


_ITEM = {
    "id": deadline.c.subject + _text("/") + deadline.c.kind,
    "name": deadline.c.kind,
    "member": deadline.c.member,
    "event": _NO_TEXT,
    "store": deadline.c.store,
}


def _due_items_set_aside() -> Select[Any]:
    reason = func.coalesce(deadline.c.error, _text(""))
    return _rows("due_item", "failed", since=deadline.c.failed_at, reason=reason, **_ITEM).where(
        deadline.c.failed_at.is_not(None)
    )


def _overdue_due_items(before: datetime) -> Select[Any]:
    waits, late = "it waits for an event of its member that is not applied", "the store's clock has not run it"
    reason = case((WAITS, _text(waits)), else_=_text(late))
    return _rows("due_item", "overdue", since=deadline.c.due_at, reason=reason, **_ITEM).where(
        deadline.c.failed_at.is_(None), deadline.c.due_at < before
    )


_DELIVERY = {
    "id": delivery.c.id,
    "name": message.c.name,
    "member": event.c.member,
    "event": delivery.c.event,
    "store": delivery.c.store,
}
_DELIVERIES = (
    delivery.join(message, message.c.id == delivery.c.message)
    .join(event, event.c.id == delivery.c.event)
    .outerjoin(subscription, subscription.c.id == delivery.c.subscription)
    .outerjoin(attempt, and_(attempt.c.delivery == delivery.c.id, attempt.c.number == delivery.c.attempts))
)
_LAST_ERROR = func.coalesce(attempt.c.error, _text("no attempt was made"))
_REMOVED = and_(delivery.c.subscription.is_not(None), subscription.c.id.is_(None))
_DISABLED = subscription.c.disabled_at.is_not(None)


def _undelivered() -> Select[Any]:
    disabled = _text("its subscription is disabled: ") + func.coalesce(subscription.c.disabled_because, _text(""))
    reason = case(
        (_REMOVED, _text("its subscription was removed")),
        (_DISABLED, disabled),
        (delivery.c.status == "skipped", _text("its subscription was disabled when it was due")),
        else_=_text("it was given up: ") + _LAST_ERROR,
    )
    return (
        _rows("delivery", delivery.c.status, since=delivery.c.finished_at, reason=reason, **_DELIVERY)
        .select_from(_DELIVERIES)
        .where(delivery.c.status.in_(("failed", "skipped")))
    )


def _overdue_deliveries(before: datetime) -> Select[Any]:
    reason = _text("the next attempt was not made; the last one: ") + _LAST_ERROR
    return (
        _rows("delivery", "overdue", since=delivery.c.next_attempt_at, reason=reason, **_DELIVERY)
        .select_from(_DELIVERIES)
        .where(delivery.c.start_after.is_not(None), delivery.c.next_attempt_at < before)
    )


def _failed_files(kind: StuckKind, file: Table) -> Select[Any]:
    return _rows(
        kind,
        "failed",
        id=file.c.id,
        name=file.c.type,
        member=_NO_TEXT,
        event=_NO_TEXT,
        since=file.c.finished_at,
        reason=func.coalesce(file.c.error, _text("")),
        store=file.c.store,
    ).where(file.c.status == "failed")


def _late_clocks(before: datetime) -> Select[Any]:
    return (
        _rows(
            "clock",
            "overdue",
            id=_text("clock/") + deadline.c.store,
            name=deadline.c.store,
            member=_NO_TEXT,
            event=_NO_TEXT,
            since=func.min(deadline.c.due_at, type_=Instant),
            reason=_text("items that are due are not run: ") + cast(func.count(), String),
            store=deadline.c.store,
        )
        .where(deadline.c.failed_at.is_(None), deadline.c.due_at < before, not_(WAITS))
        .group_by(deadline.c.store)
    )
