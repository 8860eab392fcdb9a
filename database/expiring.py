"""Expiring points: the lots that still have points, in the order of their dates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from database.pages import PageRequest, PageResult, page_by_key
from database.tables import deadline, lot, member
from database.test_members import ids_of_test_members
from database.transaction import ReadTransaction
from loyalty.program.wallets import Points

_COLUMNS: dict[str, ColumnElement[Any]] = {
    "member": lot.c.member,
    "wallet": lot.c.wallet,
    "expires_at": deadline.c.due_at,
    "test": member.c.is_test,
}


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """What is left of a lot, when it expires, and its member."""

    id: str
    expires_at: datetime
    wallet: str
    points: Points
    member: str
    email: str | None
    phone: str | None
    card: str | None


def find_expiring(tx: ReadTransaction, page: PageRequest) -> PageResult[ExpiringLot]:
    """Return a page by key of the lots that expire, in the order of their dates, using the index of due items."""
    here = and_(deadline.c.store == tx.store, deadline.c.failed_at.is_(None), deadline.c.kind == "expire")
    conditions = [each.on(_COLUMNS[each.column]) for each in page.conditions]
    if any(each.column == "test" and each.value is True for each in page.conditions):  # of whom there are few
        conditions.append(deadline.c.member.in_(ids_of_test_members(tx.store)))
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
        .where(here, lot.c.remaining > 0, *conditions)
    )
    keys = (deadline.c.due_at, deadline.c.subject)
    return page_by_key(tx.connection, wanted, keys, page, lambda row: ExpiringLot(*row))
