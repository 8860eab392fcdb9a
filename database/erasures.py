"""Members who are being anonymised."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from database.queries import Queries, WriteQueries
from database.tables import erasure
from loyalty.store.erasures import Erasure


class ErasureQueries(Queries):
    """Reads the anonymisations of one store."""

    def of(self, member_id: str) -> Erasure | None:
        """Return the erasure of a member; None: none was requested."""
        return self.find_one(Erasure, erasure, member=member_id)


class Erasures(ErasureQueries, WriteQueries):
    """The anonymisations of one store's members."""

    def begin(self, begun: Erasure) -> None:
        """Store that a member, who is locked, is to be anonymised."""
        names = ("member", "event", "was_active", "requested_at", "erased_at")
        self.insert(erasure, {name: getattr(begun, name) for name in names})

    def finish(self, member_id: str, *, now: datetime) -> None:
        """Store that no personal data of a member is left."""
        self.update(erasure, {"member": member_id}, erased_at=now)


def open_erasures(connection: Connection, *, limit: int) -> Sequence[tuple[str, str]]:
    """Return store and member of erasures that are not finished."""
    here = select(erasure.c.store, erasure.c.member).where(erasure.c.erased_at.is_(None))
    in_order = here.order_by(erasure.c.store, erasure.c.member).limit(limit)
    return [(store, member) for store, member in connection.execute(in_order)]
