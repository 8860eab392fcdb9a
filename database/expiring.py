"""What expires and when: the lots that still have points, in the order of their dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, tuple_

from database.pages import Condition
from database.tables import deadline, lot, member
from database.transaction import ReadTransaction
from loyalty.program.wallets import Points

_COLUMNS: dict[str, ColumnElement[Any]] = {
    "member": lot.c.member,
    "wallet": lot.c.wallet,
    "expires_at": deadline.c.due_at,
}


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """What is left of a lot, when it expires, and whose it is."""

    id: str
    expires_at: datetime
    wallet: str
    points: Points
    member: str
    email: str | None
    phone: str | None
    card: str | None


@dataclass(frozen=True, slots=True)
class ExpiringKey:
    """The place of a lot in the list: by when it expires, then by its id."""

    expires_at: datetime
    id: str


def find_expiring(
    tx: ReadTransaction,
    conditions: Sequence[Condition],
    *,
    limit: int,
    after: ExpiringKey | None,
    newest_first: bool,
) -> list[ExpiringLot]:
    """Return a page of the lots that expire, behind a place in the order; by the index of due items."""
    keys = (deadline.c.due_at, deadline.c.subject)
    where = [each.on(_COLUMNS[each.column]) for each in conditions]
    if after is not None:
        place = tuple_(after.expires_at, after.id)
        where.append(tuple_(*keys) < place if newest_first else tuple_(*keys) > place)
        where.append(keys[0] <= after.expires_at if newest_first else keys[0] >= after.expires_at)
    order = [key.desc() for key in keys] if newest_first else list(keys)
    here = and_(deadline.c.store == tx.store, deadline.c.failed_at.is_(None), deadline.c.kind == "expire")
    wanted = (
        select(
            lot.c.id,
            deadline.c.due_at,
            lot.c.wallet,
            lot.c.remaining,
            lot.c.member,
            member.c.email,
            member.c.phone,
            member.c.card,
        )
        .select_from(deadline)
        .join(lot, lot.c.id == deadline.c.subject)
        .join(member, member.c.id == lot.c.member)
        .where(here, lot.c.remaining > 0, *where)
        .order_by(*order)
        .limit(limit)
    )
    return [ExpiringLot(*row) for row in tx.connection.execute(wanted)]
