"""Members who were closed to be anonymised."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from database.queries import Queries, WriteQueries
from database.tables import erasure
from loyalty.store.erasures import Erasure


class ErasureQueries(Queries):
    """Reads which members of one store were closed to be anonymised."""

    def of(self, member_id: str) -> Erasure | None:
        """Return the erasure of a member; None: nobody asked for it."""
        return self.find_one(Erasure, erasure, member=member_id)


class Erasures(ErasureQueries, WriteQueries):
    """Members of one store who were closed to be anonymised."""

    def begin(self, begun: Erasure) -> None:
        """Store that a member, who is locked, is to be anonymised."""
        names = ("member", "event", "was_active", "requested_at", "erased_at")
        self.insert(erasure, {name: getattr(begun, name) for name in names})

    def finish(self, member_id: str, *, now: datetime) -> None:
        """Store that nothing personal of a member is left."""
        self.update(erasure, {"member": member_id}, erased_at=now)


def open_erasures(connection: Connection, *, limit: int) -> Sequence[tuple[str, str]]:
    """Return store and member of erasures that are not finished."""
    here = select(erasure.c.store, erasure.c.member).where(erasure.c.erased_at.is_(None))
    in_order = here.order_by(erasure.c.store, erasure.c.member).limit(limit)
    return [(store, member) for store, member in connection.execute(in_order)]
