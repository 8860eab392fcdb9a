"""Due items of lots, coupons and tiers, and when the store's clock wakes up for them."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from database.queries import Queries, WriteQueries, columns_of
from database.sqlite_fast_path import Prepared
from database.tables import deadline, store
from loyalty.store.due_items import DueItem, DueKind

_DUE = Prepared(
    select(*columns_of(DueItem, deadline))
    .where(deadline.c.store == bindparam("in_store"), deadline.c.due_at <= bindparam("now"))
    .order_by(deadline.c.due_at, deadline.c.kind, deadline.c.subject)
    .limit(bindparam("most")),
    DueItem,
)


class DueItemQueries(Queries):
    """Reads the due items of one store."""

    def due(self, *, now: datetime, limit: int) -> list[DueItem]:
        """Return what is due by `now`, the earliest first; at the same moment lots come before tiers."""
        return _DUE.all(self.connection, {"in_store": self.store, "now": now, "most": limit})

    def earliest(self) -> datetime | None:
        """Return when the next item is due."""
        here = select(func.min(deadline.c.due_at)).where(deadline.c.store == self.store)
        return self.connection.execute(here).scalar_one_or_none()


class DueItems(DueItemQueries, WriteQueries):
    """The due items of one store."""

    def set(self, subject: str, kind: DueKind, due_at: datetime) -> None:
        """Store the next due item of a subject, in place of the one it has."""
        self.upsert(deadline, {"subject": subject, "kind": kind, "due_at": due_at})

    def clear(self, subject: str) -> None:
        """Remove the due item of a subject."""
        here = delete(deadline).where(deadline.c.store == self.store, deadline.c.subject == subject)
        self.connection.execute(here)

    def set_clock(self, due_at: datetime | None) -> None:
        """Note when the store's clock wakes up next; None: it knows of no due item."""
        self.connection.execute(update(store).where(store.c.code == self.store).values(clock_rings_at=due_at))
