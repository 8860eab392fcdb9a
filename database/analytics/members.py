"""Numbers of members: in all and by tier, by registration, and with a sale."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from database.tables import customer_transaction, member
from database.transaction import ReadTransaction

_COUNTS = and_(member.c.merged_into.is_(None), ~member.c.is_test)
"""The condition on members who count: merged members and test members do not."""


def members_since(tx: ReadTransaction, moments: Sequence[datetime]) -> list[int]:
    """Return how many members there are, and how many of them registered since each of these moments."""
    return _counted_since(tx, moments)


def buyers_since(tx: ReadTransaction, moments: Sequence[datetime]) -> list[int]:
    """Return the same numbers for members with a sale."""
    bought = exists().where(
        customer_transaction.c.member == member.c.id, customer_transaction.c.document_type == "sell"
    )
    return _counted_since(tx, moments, bought)


def _counted_since(tx: ReadTransaction, moments: Sequence[datetime], *where: ColumnElement[bool]) -> list[int]:
    since: list[Any] = [
        func.coalesce(func.sum(case((member.c.registered_at >= each, 1), else_=0)), 0) for each in moments
    ]
    here = select(func.count(), *since).where(member.c.store == tx.store, _COUNTS, *where)
    return [int(each) for each in tx.connection.execute(here).one()]


def members_by_tier(tx: ReadTransaction) -> Mapping[str | None, int]:
    """Return how many members are in each tier; None: in no tier."""
    here = select(member.c.tier, func.count()).where(member.c.store == tx.store, _COUNTS).group_by(member.c.tier)
    return {row[0]: row[1] for row in tx.connection.execute(here)}
