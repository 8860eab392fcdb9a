"""Pages of a table: some rows, in the order of a date, and how many there are."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Table, func, select

Operator = Literal["eq", "like", "gt", "gte", "lt", "lte", "in"]

_COMPARED: Mapping[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "like": lambda column, text: column.contains(text, autoescape=True),
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda column, values: column.in_(values),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What rows are asked for: `like` finds a text within a column's."""

    column: str
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows to find."""

    limit: int
    offset: int = 0
    newest_first: bool = True
    conditions: Sequence[Condition] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows, how many fit its conditions, and how many there are in all."""

    rows: list[RowMapping]
    filtered: int
    all: int


def find(connection: Connection, table: Table, page: Page, *, within: ColumnElement[bool], by: Column[Any]) -> Found:
    """A page of the rows of a table, of those that can be seen at all, in the order of a date."""
    columns = (by, table.c.id)
    order = tuple(column.desc() for column in columns) if page.newest_first else columns
    where = [within, *(_COMPARED[each.operator](table.c[each.column], each.value) for each in page.conditions)]
    rows = connection.execute(select(table).where(*where).order_by(*order).limit(page.limit).offset(page.offset))

    def count(*conditions: ColumnElement[bool]) -> int:
        return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()

    found = list(rows.mappings())
    filtered = count(*where)
    return Found(found, filtered, count(within) if page.conditions else filtered)
