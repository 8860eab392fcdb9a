"""Find what is stuck in a store by partial indexes, which hold nothing else; of each kind, no more than is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
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

from database.damaged import DamagedInstant
from database.due_items import WAITS
from database.pages import MAX_COUNTED, PageResult, count
from database.planner import constant, unindexed
from database.queries import Queries
from database.tables import Instant, attempt, deadline, delivery, event, export_file, import_file, message, subscription
from loyalty.store.stuck import StuckKind, StuckState, StuckThing

OVERDUE_AFTER = timedelta(seconds=60)
"""What is late by more than this counts as overdue: by then the relays have checked it."""


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
        clock: StuckThing | None = None,
    ) -> PageResult[StuckThing]:
        """Return a page of what is stuck, the longest first.

        `retryable`: whether it needs a retry by request. `clock` is that of the store if it does not run, which
        Temporal knows and the database does not.
        """
        sources = [each for each in _sources(now - OVERDUE_AFTER) if clock is None or each.kind != "clock"]
        wanted = [
            each for each in sources if kind in (None, each.kind) and retryable in (None, each.state != "overdue")
        ]
        numbers = {each.kind + each.state: each.number(self.connection, self.store) for each in sources}
        found = self._first(wanted, limit + offset, newest_first=newest_first)
        filtered, total = sum(numbers[each.kind + each.state] for each in wanted), sum(numbers.values())
        if clock is not None:
            total += 1
            if kind in (None, "clock") and retryable is not False:
                filtered += 1
                found.insert(_place(found, clock.since, newest_first=newest_first), clock)
        return PageResult(found[offset : offset + limit], filtered, total)

    def _first(self, sources: Sequence["_Source"], most: int, *, newest_first: bool) -> list[StuckThing]:
        """Return the first things of all sources together; no more than that are read of each source."""
        if not sources:
            return []
        parts = [select(each.first(self.store, most, newest_first=newest_first).subquery()) for each in sources]
        together = union_all(*parts).subquery("stuck")
        keys = (together.c.since, together.c.kind, together.c.id)
        order = [column.desc() for column in keys] if newest_first else keys
        columns = [together.c[each.name] for each in fields(StuckThing)]
        return [StuckThing(*row) for row in self.connection.execute(select(*columns).order_by(*order).limit(most))]


def _place(things: Sequence[StuckThing], since: datetime, *, newest_first: bool) -> int:
    """Return the position in the order of something that has been stuck since a moment."""
    for place, each in enumerate(things):
        if isinstance(each.since, DamagedInstant):
            continue
        if each.since < since if newest_first else each.since > since:
            return place
    return len(things)


def _text(value: str) -> ColumnElement[str]:
    return cast(literal(value, String), String)


_NO_TEXT = cast(null(), String)


@dataclass(frozen=True)
class _Rows:
    """Rows of one table that are stuck, all in the same state."""

    kind: StuckKind
    state: StuckState
    table: Table
    where: ColumnElement[bool]
    """The condition of the partial index."""
    since: ColumnElement[Any]
    shown: Mapping[str, ColumnElement[Any]]
    """The columns to show: `id`, `name`, `reason`, and perhaps `member`, `event` and another `state`."""
    joined: FromClause | None = None
    """The table joined with everything that is needed to show a row."""
    is_indexed_by_store: bool = True

    def within(self, store: str) -> list[ColumnElement[bool]]:
        """Return the conditions on the rows of a store."""
        of_store = self.table.c.store
        return [of_store == store if self.is_indexed_by_store else unindexed(of_store) == store, self.where]

    def first(self, store: str, most: int, *, newest_first: bool) -> Select[Any]:
        """Select the first of the store, with the columns of StuckThing."""
        usual = {"kind": _text(self.kind), "state": _text(self.state), "member": _NO_TEXT, "event": _NO_TEXT}
        given = {**usual, **self.shown, "since": self.since}
        columns = [given[each.name].label(each.name) for each in fields(StuckThing)]
        keys = (self.since, self.shown["id"])
        order = [column.desc() for column in keys] if newest_first else keys
        source = self.table if self.joined is None else self.joined
        return select(*columns).select_from(source).where(*self.within(store)).order_by(*order).limit(most)

    def number(self, connection: Connection, store: str) -> int:
        """Return how many there are in the store, as `count` does."""
        return count(connection, self.table, self.within(store))


@dataclass(frozen=True)
class _LateClock:
    """The clock of a store that is late to run something."""

    before: datetime
    kind: StuckKind = "clock"
    state: StuckState = "overdue"

    def first(self, store: str, most: int, *, newest_first: bool) -> Select[Any]:
        """Select the clock, if it is late, with the columns of StuckThing; the order does not matter."""
        del most, newest_first
        late = (
            select(deadline.c.due_at)
            .where(deadline.c.store == store, _is_late(self.before), not_(WAITS))
            .order_by(deadline.c.due_at)
            .limit(MAX_COUNTED + 1)
            .subquery("late")
        )
        number = cast(func.count(), String)
        columns: list[ColumnElement[Any]] = [
            _text("clock").label("kind"),
            _text("overdue").label("state"),
            _text(f"clock/{store}").label("id"),
            _text(store).label("name"),
            _NO_TEXT.label("member"),
            _NO_TEXT.label("event"),
            func.min(late.c.due_at, type_=Instant).label("since"),
            (_text("items that are due are not run: ") + number).label("reason"),
        ]
        return select(*columns).having(func.count() > 0)

    def number(self, connection: Connection, store: str) -> int:
        """Return 1 if it is late."""
        return count(connection, self.first(store, 1, newest_first=False).subquery())


_Source: TypeAlias = _Rows | _LateClock


def _sources(before: datetime) -> list[_Source]:
    """Return the sources of stuck things; overdue is what should have continued before a moment."""
    return [
        _FAILED_EVENTS,
        _overdue_events(before),
        _ITEMS_SET_ASIDE,
        _overdue_items(before),
        _undelivered("failed"),
        _undelivered("skipped"),
        _overdue_deliveries(before),
        _LateClock(before),
        *(_failed_files(kind, table) for kind, table in _FILES.items()),
    ]


_EVENT = {"id": event.c.id, "name": event.c.type, "member": event.c.member}

_FAILED_EVENTS = _Rows(
    "event",
    "failed",
    event,
    and_(event.c.status == constant("failed"), event.c.parent.is_(None), event.c.removed_at.is_(None)),
    event.c.settled_at,
    {**_EVENT, "reason": func.coalesce(event.c.error, _text(""))},
)


def _overdue_events(before: datetime) -> _Rows:
    return _Rows(
        "event",
        "overdue",
        event,
        and_(event.c.start_after.is_not(None), event.c.position.is_not(None), unindexed(event.c.received_at) < before),
        event.c.received_at,
        {**_EVENT, "reason": _text("it is ") + event.c.status + _text(", and not applied")},
        is_indexed_by_store=False,
    )


_ITEM = {
    "id": deadline.c.subject + _text("/") + deadline.c.kind,
    "name": deadline.c.kind,
    "member": deadline.c.member,
}

_ITEMS_SET_ASIDE = _Rows(
    "due_item",
    "failed",
    deadline,
    and_(deadline.c.failed_at.is_not(None), ~deadline.c.waits_for_thaw),
    deadline.c.failed_at,
    {**_ITEM, "reason": func.coalesce(deadline.c.error, _text(""))},
)


def _is_late(before: datetime) -> ColumnElement[bool]:
    return and_(deadline.c.failed_at.is_(None), deadline.c.due_at < before)


def _overdue_items(before: datetime) -> _Rows:
    waits, late = "it waits for an event of its member that is not applied", "the store's clock has not run it"
    reason = case((WAITS, _text(waits)), else_=_text(late))
    shown = {**_ITEM, "reason": reason}
    return _Rows("due_item", "overdue", deadline, _is_late(before), deadline.c.due_at, shown)


_DELIVERY = {
    "id": delivery.c.id,
    "name": message.c.name,
    "member": event.c.member,
    "event": delivery.c.event,
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


def _undelivered(state: StuckState) -> _Rows:
    disabled = _text("its subscription is disabled: ") + func.coalesce(subscription.c.disabled_because, _text(""))
    reason = case(
        (_REMOVED, _text("its subscription was removed")),
        (_DISABLED, disabled),
        (delivery.c.status == "skipped", _text("its subscription was disabled when it was due")),
        else_=_text("it was given up: ") + _LAST_ERROR,
    )
    is_undelivered = delivery.c.status.in_((constant("failed"), constant("skipped")))
    return _Rows(
        "delivery",
        state,
        delivery,
        and_(is_undelivered, unindexed(delivery.c.status) == constant(state)),
        delivery.c.finished_at,
        {**_DELIVERY, "reason": reason},
        joined=_DELIVERIES,
    )


def _overdue_deliveries(before: datetime) -> _Rows:
    return _Rows(
        "delivery",
        "overdue",
        delivery,
        and_(delivery.c.start_after.is_not(None), delivery.c.next_attempt_at < before),
        delivery.c.next_attempt_at,
        {**_DELIVERY, "reason": _text("the next attempt was not made; the last one: ") + _LAST_ERROR},
        joined=_DELIVERIES,
        is_indexed_by_store=False,
    )


_FILES: Mapping[StuckKind, Table] = {"import": import_file, "export": export_file}


def _failed_files(kind: StuckKind, file: Table) -> _Rows:
    return _Rows(
        kind,
        "failed",
        file,
        file.c.status == constant("failed"),
        file.c.finished_at,
        {"id": file.c.id, "name": file.c.type, "reason": func.coalesce(file.c.error, _text(""))},
    )
