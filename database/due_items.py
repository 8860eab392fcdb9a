"""Due items of lots, coupons and tiers, and when the store's clock wakes up for them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)

from database.damaged import DamagedInstant
from database.pages import MAX_COUNTED, PageRequest, PageResult, count, counted_after
from database.planner import constant
from database.queries import Queries, WriteQueries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import deadline, event, member, store
from database.unreadable import shown_columns_of
from loyalty.store.due_items import DUE_KINDS, WAITING_KINDS, DueItem, DueKind, StoredDueItem

_MOST: Final[DueKind] = "expire"
"""The most frequent kind: the index by kind has all others."""

_RANK = case({kind: rank for rank, kind in enumerate(DUE_KINDS)}, value=deadline.c.kind, else_=len(DUE_KINDS))
"""The order of items of the same moment; unknown kinds come last."""

WAITS = exists().where(
    event.c.member == deadline.c.member,
    event.c.position > 0,  # "not null" would suffice, but SQLite would read every event of the member
    event.c.received_at < deadline.c.due_at,
)
"""The condition under which an item waits for its member's queued events that were accepted before it was due."""

_CAN_RUN = and_(deadline.c.store == bindparam("in_store"), deadline.c.failed_at.is_(None), not_(WAITS))
_IS_RARE = deadline.c.kind != literal_column(f"'{_MOST}'")
"""The condition of the partial index by kind, in the same form."""

_THIS = and_(
    deadline.c.store == bindparam("in_store"),
    deadline.c.subject == bindparam("the_subject"),
    deadline.c.kind == bindparam("the_kind"),
)
_IS_FROZEN = and_(
    deadline.c.kind.in_([constant(kind) for kind in WAITING_KINDS]),
    exists().where(member.c.id == deadline.c.member, member.c.frozen_at.is_not(None)),
)
"""The condition under which an item waits until its member is unfrozen."""

_FROZEN_WORDS = "MemberFrozen: its member is frozen: it is run when they are unfrozen"
"""The text shown for an item that waits until then."""

_SAME = and_(
    deadline.c.due_at == bindparam("the_due_at"), deadline.c.member.is_not_distinct_from(bindparam("the_member"))
)
_DUE = Prepared(
    select(*columns_of(DueItem, deadline))
    .where(_CAN_RUN, deadline.c.due_at <= bindparam("now"))
    .order_by(deadline.c.due_at, _RANK, deadline.c.subject)
    .limit(bindparam("most")),
    DueItem,
)
_TAKE: Prepared[str] = Prepared(
    delete(deadline).where(_THIS, _CAN_RUN, _SAME, not_(_IS_FROZEN)).returning(deadline.c.subject),
    first_column,
)
_CLEAR: Prepared[str] = Prepared(delete(deadline).where(_THIS), first_column)
_CLEAR_ALL: Prepared[str] = Prepared(
    delete(deadline).where(deadline.c.store == bindparam("in_store"), deadline.c.subject == bindparam("the_subject")),
    first_column,
)


_NOT_SET_ASIDE: Final = {"failed_at": None, "error": None, "waits_for_thaw": False}

_OVERDUE = (
    select(store.c.code)
    .where(
        exists().where(
            deadline.c.store == store.c.code,
            deadline.c.failed_at.is_(None),
            deadline.c.due_at < bindparam("due_before", type_=deadline.c.due_at.type),
            not_(WAITS),
        )
    )
    .order_by(store.c.code)
)

_WITH_ITEMS = (
    select(store.c.code)
    .where(exists().where(deadline.c.store == store.c.code, deadline.c.failed_at.is_(None)))
    .order_by(store.c.code)
)


def _parts(page: PageRequest) -> list[ColumnElement[bool]]:
    """Return the conditions of both parts of a store's items, set aside or not; only of the requested part."""
    set_aside = deadline.c.failed_at.is_not(None)
    asked = [each for each in page.conditions if each.column == "failed_at"]
    if not asked:
        return [deadline.c.failed_at.is_(None), set_aside]
    is_pending = all(each.operator == "is_given" and each.value is False for each in asked)
    return [deadline.c.failed_at.is_(None) if is_pending else set_aside]


class DueItemQueries(Queries):
    """Reads the due items of one store."""

    def get(self, subject: str, kind: str) -> StoredDueItem | None:
        """Return a due item, whether it is set aside or not."""
        return self.find_one(StoredDueItem, deadline, subject=subject, kind=kind)

    def page(self, page: PageRequest) -> PageResult[StoredDueItem]:
        """Return a page of the due items, in order of their due dates.

        Items that are set aside have their own index, so each part is read by its index.
        """
        conditions = [each.on(deadline.c[each.column]) for each in page.conditions]
        if any(each.column == "kind" and each.value != _MOST for each in page.conditions):
            conditions.append(_IS_RARE)
        within = deadline.c.store == self.store
        parts = [[within, is_in_part, *conditions] for is_in_part in _parts(page)]
        keys = (deadline.c.due_at, deadline.c.subject, deadline.c.kind)
        order = [column.desc() for column in keys] if page.newest_first else keys
        records = self._first(parts, page, order)
        by = order if conditions else ()
        filtered = counted_after(
            page, len(records), lambda: sum(count(self.connection, deadline, part, by) for part in parts)
        )
        total = count(self.connection, deadline, [within])
        return PageResult(records, min(filtered, MAX_COUNTED + 1), total)

    def _first(
        self, parts: Sequence[Sequence[ColumnElement[bool]]], page: PageRequest, order: Sequence[ColumnElement[Any]]
    ) -> list[StoredDueItem]:
        """Return the items of a page from all parts together; no more than needed are read of each part."""
        columns = shown_columns_of(StoredDueItem, deadline)
        most = page.limit + page.offset
        firsts = [select(*columns).where(*part).order_by(*order).limit(most).subquery() for part in parts]
        together = union_all(*(select(first) for first in firsts)).subquery("due")
        keys = (together.c.due_at, together.c.subject, together.c.kind)
        by = [column.desc() for column in keys] if page.newest_first else keys
        wanted = select(together).order_by(*by).limit(page.limit).offset(page.offset)
        return [StoredDueItem(*row) for row in self.connection.execute(wanted)]

    def due(self, *, now: datetime, limit: int) -> list[DueItem]:
        """Return the items that can be run by `now`, the earliest first; those of one moment in the order of DUE_KINDS.

        Excluded are items that are set aside, and those that wait for events of their member accepted before they were
        due.
        """
        return _DUE.all(self.connection, {"in_store": self.store, "now": now, "most": limit})

    def earliest(self, *, after: datetime | None = None) -> datetime | None:
        """Return when the next item is due, without those set aside; `after`: of those due later than this."""
        here = select(func.min(deadline.c.due_at)).where(deadline.c.store == self.store, deadline.c.failed_at.is_(None))
        wanted = here if after is None else here.where(deadline.c.due_at > after)
        return self.connection.execute(wanted).scalar_one_or_none()


class DueItems(DueItemQueries, WriteQueries):
    """The due items of one store."""

    def earliest(self, *, after: datetime | None = None) -> datetime | None:
        """Return when the next item is due; set aside earlier ones whose date cannot be read."""
        while isinstance(found := super().earliest(after=after), DamagedInstant):
            damaged = and_(deadline.c.store == self.store, type_coerce(deadline.c.due_at, String) == found.stored)
            failed = {"failed_at": datetime.now(UTC), "error": found.reason}
            self.connection.execute(update(deadline).where(damaged).values(failed))
        return found

    def set(self, subject: str, kind: DueKind, due_at: datetime, *, member: str | None) -> None:
        """Store the due item of a subject and kind, replacing the present one, even if that is set aside."""
        row = {"subject": subject, "kind": kind, "due_at": due_at, "member": member}
        self.upsert(deadline, row | _NOT_SET_ASIDE)

    def clear(self, subject: str, kind: DueKind) -> None:
        """Remove the due item of a subject and kind, if there is one."""
        _CLEAR.run(self.connection, self._parameters({"subject": subject, "kind": kind}))

    def clear_all(self, subject: str) -> None:
        """Remove all due items of a subject."""
        _CLEAR_ALL.run(self.connection, self._parameters({"subject": subject}))

    def take(self, item: DueItem) -> bool:
        """Remove a due item in order to run it; return False if it is gone, has changed, or waits.

        It waits for events, or, if it is one of WAITING_KINDS, while its member is frozen. Of several concurrent
        transactions, one gets it.
        """
        this = {"subject": item.subject, "kind": item.kind, "due_at": item.due_at, "member": item.member}
        return _TAKE.first(self.connection, self._parameters(this)) is not None

    def wait_for_thaw(self, item: DueItem, *, now: datetime) -> bool:
        """Set a due item aside until its member is unfrozen, under the member's lock; False: the member is not frozen.

        An item that waits for events is not passed here.
        """
        frozen = update(deadline).where(_THIS, _CAN_RUN, _SAME, _IS_FROZEN)
        frozen = frozen.values(failed_at=now, error=_FROZEN_WORDS, waits_for_thaw=True).returning(deadline.c.subject)
        this = {"subject": item.subject, "kind": item.kind, "due_at": item.due_at, "member": item.member}
        return self.connection.execute(frozen, self._parameters(this)).first() is not None

    def thaw(self, member_id: str, *, now: datetime) -> None:
        """Make due now what fell due, or would have, while a member was frozen who is unfrozen now."""
        kinds = deadline.c.kind.in_([constant(kind) for kind in WAITING_KINDS])
        of_member = (deadline.c.store == self.store, deadline.c.member == member_id, deadline.c.due_at <= now, kinds)
        waits = or_(deadline.c.waits_for_thaw, deadline.c.failed_at.is_(None))
        self.connection.execute(update(deadline).where(*of_member, waits).values(due_at=now, **_NOT_SET_ASIDE))

    def set_aside(self, item: DueItem, error: str, *, now: datetime) -> bool:
        """Set aside a due item that cannot be run, with the reason; return False if it is gone or has changed."""
        this: dict[str, Any] = {"subject": item.subject, "kind": item.kind}
        if not isinstance(item.due_at, DamagedInstant):
            this["due_at"] = item.due_at
        return self.update(deadline, this, failed_at=now, error=error)

    def retry(self, subject: str, kind: str, *, now: datetime) -> None:
        """Make a due item that was set aside due now, behind the events in its member's queue."""
        self.update(deadline, {"subject": subject, "kind": kind}, due_at=now, **_NOT_SET_ASIDE)

    def set_clock(self, due_at: datetime | None) -> None:
        """Store when the store's clock wakes up next; None: it knows no due item."""
        self.connection.execute(update(store).where(store.c.code == self.store).values(clock_due_at=due_at))


def stores_with_overdue_items(connection: Connection, *, due_before: datetime) -> list[str]:
    """Return the stores with an item that was due before a moment, and that neither waits nor is set aside."""
    return list(connection.execute(_OVERDUE, {"due_before": due_before}).scalars())


def stores_with_due_items(connection: Connection) -> list[str]:
    """Return the stores with a due item that is not set aside, at any date."""
    return list(connection.execute(_WITH_ITEMS).scalars())
