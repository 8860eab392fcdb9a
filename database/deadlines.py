"""Deadlines: the next thing of a lot or a coupon that falls due, and the clock that rings for them."""

from datetime import datetime

from sqlalchemy import RowMapping, delete, func, select, update

from database.queries import Queries
from database.tables import deadline, store


class Deadlines(Queries):
    """What falls due in one store."""

    def set(self, subject: str, kind: str, due_at: datetime) -> None:
        """What of a subject falls due next; it has one deadline at a time."""
        values = {"kind": kind, "due_at": due_at}
        self.connection.execute(
            self.insert(deadline)
            .values(subject=subject, store=self.store, **values)
            .on_conflict_do_update(index_elements=[deadline.c.subject], set_=values)
        )

    def clear(self, subject: str) -> None:
        """Nothing of a subject falls due any more."""
        self.connection.execute(delete(deadline).where(deadline.c.subject == subject))

    def due(self, *, now: datetime, limit: int) -> list[RowMapping]:
        """What is due by now, the earliest first."""
        here = select(deadline).where(deadline.c.store == self.store, deadline.c.due_at <= now)
        return list(
            self.connection.execute(here.order_by(deadline.c.due_at, deadline.c.subject).limit(limit)).mappings()
        )

    def earliest(self) -> datetime | None:
        """When the next thing falls due."""
        here = select(func.min(deadline.c.due_at)).where(deadline.c.store == self.store)
        return self.connection.execute(here).scalar_one_or_none()

    def clock_rings_at(self) -> datetime | None:
        """When the store's clock will ring, as far as it has said."""
        here = select(store.c.clock_rings_at).where(store.c.code == self.store)
        return self.connection.execute(here).scalar_one_or_none()

    def set_clock(self, rings_at: datetime | None) -> None:
        """Note when the store's clock will ring."""
        self.connection.execute(update(store).where(store.c.code == self.store).values(clock_rings_at=rings_at))
