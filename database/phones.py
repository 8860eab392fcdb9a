"""Find the phone numbers that a new region may change in the database, without reading each member."""

from datetime import datetime
from typing import Any

from sqlalchemy import literal, not_, null, select

from database.queries import WriteQueries, insert_into
from database.tables import deadline, member
from loyalty.store.due_items import DueKind

_READ: DueKind = "read_phone"


class Phones(WriteQueries):
    """Schedules the phone numbers of one store's members to be normalised again."""

    def schedule(self, *, due_at: datetime) -> None:
        """Store a due item `read_phone` for each member whose number has no country code.

        It belongs to no member's queue, so that running it locks the number before the member.
        """
        row: dict[str, Any] = {"store": literal(self.store), "subject": member.c.id, "kind": literal(_READ)}
        row |= {"due_at": literal(due_at, deadline.c.due_at.type), "member": null()}
        unread = (member.c.store == self.store, member.c.phone_key.is_not(None), not_(member.c.phone_key.like("+%")))
        statement = insert_into(self.connection.dialect.name, deadline).from_select(
            list(row), select(*row.values()).where(*unread)
        )
        again = {"due_at": statement.excluded.due_at, "failed_at": None, "error": None}
        self.connection.execute(statement.on_conflict_do_update(index_elements=list(deadline.primary_key), set_=again))
