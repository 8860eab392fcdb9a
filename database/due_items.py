"""DueItems: the next thing of a lot, a coupon or a tier that falls due, and the clock that rings for them."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from database.queries import Queries, prepared
from database.tables import deadline, store
from loyalty.store.due_items import DueItem, DueKind

_DUE = (
    select(deadline)
    .where(deadline.c.store == bindparam("in_store"), deadline.c.due_at <= bindparam("now"))
    .order_by(deadline.c.due_at, deadline.c.kind, deadline.c.subject)
    .limit(bindparam("most"))
)


class DueItems(Queries):
    """What falls due in one store."""

    def set(self, subject: str, kind: DueKind, due_at: datetime) -> None:
        """What of a subject falls due next; it has one deadline at a time."""
        self.put(deadline, {"subject": subject, "kind": kind, "due_at": due_at})

    def clear(self, subject: str) -> None:
        """Nothing of a subject falls due any more."""
        here = delete(deadline).where(deadline.c.store == self.store, deadline.c.subject == subject)
        self.connection.execute(here)

    def due(self, *, now: datetime, limit: int) -> list[DueItem]:
        """What is due by now, the earliest first; of one moment, points expire before tiers are reviewed."""
        here = {"in_store": self.store, "now": now, "most": limit}
        rows = prepared(_DUE).all(self.connection, here)
        return [DueItem(row["subject"], row["kind"], row["due_at"]) for row in rows]

    def earliest(self) -> datetime | None:
        """When the next thing falls due."""
        here = select(func.min(deadline.c.due_at)).where(deadline.c.store == self.store)
        return self.connection.execute(here).scalar_one_or_none()

    def set_clock(self, rings_at: datetime | None) -> None:
        """Note when the store's clock will ring; None: it does not know of anything."""
        self.connection.execute(update(store).where(store.c.code == self.store).values(clock_rings_at=rings_at))
