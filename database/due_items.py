"""Due items of lots, coupons and tiers, and when the store's clock wakes up for them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    String,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    not_,
    select,
    type_coerce,
    update,
)

from database.damaged import DamagedInstant
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import deadline, event, store
from loyalty.store.due_items import DUE_KINDS, DueItem, DueKind, StoredDueItem

_RANK = case({kind: rank for rank, kind in enumerate(DUE_KINDS)}, value=deadline.c.kind, else_=len(DUE_KINDS))
"""The order of items of the same moment; kinds that this version does not know come last."""

WAITS = exists().where(
    event.c.member == deadline.c.member,
    event.c.position > 0,  # that it is not null would be enough, but SQLite would read every event of the member
    event.c.received_at < deadline.c.due_at,
)
"""An item waits for the queued events of its member that were accepted before it was due."""

_CAN_RUN = and_(deadline.c.store == bindparam("in_store"), deadline.c.failed_at.is_(None), not_(WAITS))
_THIS = and_(
    deadline.c.store == bindparam("in_store"),
    deadline.c.subject == bindparam("the_subject"),
    deadline.c.kind == bindparam("the_kind"),
)
_DUE = Prepared(
    select(*columns_of(DueItem, deadline))
    .where(_CAN_RUN, deadline.c.due_at <= bindparam("now"))
    .order_by(deadline.c.due_at, _RANK, deadline.c.subject)
    .limit(bindparam("most")),
    DueItem,
)
_TAKE: Prepared[str] = Prepared(
    delete(deadline)
    .where(
        _THIS,
        _CAN_RUN,
        deadline.c.due_at == bindparam("the_due_at"),
        deadline.c.member.is_not_distinct_from(bindparam("the_member")),
    )
    .returning(deadline.c.subject),
    first_column,
)
_CLEAR: Prepared[str] = Prepared(delete(deadline).where(_THIS), first_column)
_CLEAR_ALL: Prepared[str] = Prepared(
    delete(deadline).where(deadline.c.store == bindparam("in_store"), deadline.c.subject == bindparam("the_subject")),
    first_column,
)


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


class DueItemQueries(Queries):
    """Reads the due items of one store."""

    def get(self, subject: str, kind: str) -> StoredDueItem | None:
        """Return a due item, whether it is set aside or not."""
        return self.find_one(StoredDueItem, deadline, subject=subject, kind=kind)

    def page(self, page: PageRequest) -> PageResult[StoredDueItem]:
        """Return a page of the due items, ordered by when they are due."""
        within, then_by = deadline.c.store == self.store, (deadline.c.subject, deadline.c.kind)
        return find_page(
            self.connection,
            StoredDueItem,
            deadline,
            page,
            within=within,
            order_by=deadline.c.due_at,
            then_by=then_by,
        )

    def due(self, *, now: datetime, limit: int) -> list[DueItem]:
        """Return what can be run by `now`, the earliest first; at the same moment, in the order of DUE_KINDS.

        Left out is what is set aside, and what waits for events of its member that were accepted before it was due.
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
        """Return when the next item is due; set aside those before it whose date cannot be read."""
        while isinstance(found := super().earliest(after=after), DamagedInstant):
            damaged = and_(deadline.c.store == self.store, type_coerce(deadline.c.due_at, String) == found.stored)
            failed = {"failed_at": datetime.now(UTC), "error": found.reason}
            self.connection.execute(update(deadline).where(damaged).values(failed))
        return found

    def set(self, subject: str, kind: DueKind, due_at: datetime, *, member: str | None) -> None:
        """Store the due item of a subject and kind, in place of the one it has, also if that is set aside."""
        row = {"subject": subject, "kind": kind, "due_at": due_at, "member": member, "failed_at": None, "error": None}
        self.upsert(deadline, row)

    def clear(self, subject: str, kind: DueKind) -> None:
        """Remove the due item of a subject and kind, if there is one."""
        _CLEAR.run(self.connection, self._parameters({"subject": subject, "kind": kind}))

    def clear_all(self, subject: str) -> None:
        """Remove all due items of a subject."""
        _CLEAR_ALL.run(self.connection, self._parameters({"subject": subject}))

    def take(self, item: DueItem) -> bool:
        """Remove a due item in order to run it; return False if it is gone, has changed, or waits for events.

        Of several transactions that take an item at once, one gets it.
        """
        this = {"subject": item.subject, "kind": item.kind, "due_at": item.due_at, "member": item.member}
        return _TAKE.first(self.connection, self._parameters(this)) is not None

    def set_aside(self, item: DueItem, error: str, *, now: datetime) -> bool:
        """Set aside a due item that cannot be run, with the reason; return False if it is gone or has changed."""
        this: dict[str, Any] = {"subject": item.subject, "kind": item.kind}
        if not isinstance(item.due_at, DamagedInstant):
            this["due_at"] = item.due_at
        return self.update(deadline, this, failed_at=now, error=error)

    def retry(self, subject: str, kind: str, *, now: datetime) -> None:
        """Make a due item that was set aside due now, behind what its member's queue holds."""
        self.update(deadline, {"subject": subject, "kind": kind}, due_at=now, failed_at=None, error=None)

    def set_clock(self, due_at: datetime | None) -> None:
        """Note when the store's clock wakes up next; None: it knows of no due item."""
        self.connection.execute(update(store).where(store.c.code == self.store).values(clock_rings_at=due_at))


def stores_with_overdue_items(connection: Connection, *, due_before: datetime) -> list[str]:
    """Return the stores with an item that was due before a moment, and that neither waits nor is set aside."""
    return list(connection.execute(_OVERDUE, {"due_before": due_before}).scalars())


def stores_with_due_items(connection: Connection) -> list[str]:
    """Return the stores with an item that is due at any time, and that is not set aside."""
    return list(connection.execute(_WITH_ITEMS).scalars())
