"""Read the use of limits for lists, without a lock."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from database.queries import columns_of
from database.tables import usage
from database.transaction import ReadTransaction
from database.usage import PROGRAM, StoredUse, by_reactor
from loyalty.store.limits import LimitUsage


def usage_of(
    tx: ReadTransaction, reactors: Collection[str], member_id: str | None, *, since: date, until: date
) -> LimitUsage:
    """Return the use between two local days by reactor: of the program, and of a member if one is given."""
    members = {PROGRAM: "program"} | ({} if member_id is None else {member_id: "member"})
    rows = tx.connection.execute(
        select(usage.c.member, *columns_of(StoredUse, usage)).where(
            usage.c.store == tx.store,
            usage.c.reactor.in_(list(reactors)),
            usage.c.member.in_(list(members)),
            usage.c.day.between(since, until),
        )
    )
    stored: dict[str, list[StoredUse]] = defaultdict(list)
    for member, *columns in rows:
        stored[members[member]].append(StoredUse(*columns))
    return {
        (reactor, per): tuple(days.values())
        for per, uses in stored.items()
        for reactor, days in by_reactor(uses).items()
    }
