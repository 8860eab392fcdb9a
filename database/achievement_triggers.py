"""Pages of the events that counted for the achievements of one member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from database.pages import PageRequest, PageResult
from database.tables import contribution, event
from database.transaction import ReadTransaction

_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "name": contribution.c.name,
    "event": event.c.id,
    "received_at": event.c.received_at,
}
_COUNTED = (
    select(event.c.id, contribution.c.name, event.c.received_at)
    .join(contribution, and_(contribution.c.event == event.c.id, contribution.c.kind == "counted"))
    .group_by(event.c.id, contribution.c.name, event.c.received_at)
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event that counted for an achievement."""

    event: str
    name: str
    """The name of the achievement."""
    received_at: datetime


def find_triggers(tx: ReadTransaction, member_id: str, page: PageRequest) -> PageResult[Trigger]:
    """Return a page of the events that counted for achievements of a member, in the order of acceptance."""
    within = and_(event.c.store == tx.store, event.c.member == member_id)
    where = [within, *(each.on(_COLUMNS[each.column]) for each in page.conditions)]
    keys = (event.c.received_at, event.c.id, contribution.c.name)
    order = tuple(column.desc() for column in keys) if page.newest_first else keys
    wanted = _COUNTED.where(*where).order_by(*order).limit(page.limit).offset(page.offset)

    def count(*conditions: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(_COUNTED.where(*conditions).subquery())
        return tx.connection.execute(counted).scalar_one()

    records = [Trigger(*row) for row in tx.connection.execute(wanted)]
    filtered = count(*where)
    return PageResult(records, filtered, count(within) if page.conditions else filtered)
