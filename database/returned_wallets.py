"""Points in wallets that a program has again: their due items were not run while no program had the wallet."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, literal, or_, select

from database.queries import WriteQueries, insert_into
from database.tables import deadline, lot


class ReturnedWallets(WriteQueries):
    """Schedules lots of wallets that are back in the program."""

    def schedule(self, wallets: Collection[str], *, due_at: datetime) -> None:
        """Store a missing due item for each lot of these wallets that falls due; overdue ones are due then."""
        is_pending = lot.c.active_from.is_not(None)
        kind = case((is_pending, "activate"), else_="expire")
        date = case((is_pending, lot.c.active_from), else_=lot.c.expires_at)
        then = literal(due_at, deadline.c.due_at.type)
        row: dict[str, Any] = {
            "store": literal(self.store),
            "subject": lot.c.id,
            "kind": kind,
            "due_at": case((date > then, date), else_=then),
            "member": lot.c.member,
        }
        waits = exists().where(deadline.c.store == self.store, deadline.c.subject == lot.c.id, deadline.c.kind == kind)
        falls_due = or_(is_pending, lot.c.expires_at.is_not(None))
        of_wallets = and_(lot.c.store == self.store, lot.c.wallet.in_(sorted(wallets)), lot.c.remaining > 0)
        statement = insert_into(self.connection.dialect.name, deadline).from_select(
            list(row), select(*row.values()).where(of_wallets, falls_due, ~waits)
        )
        self.connection.execute(statement.on_conflict_do_nothing())
