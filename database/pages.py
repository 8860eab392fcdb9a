"""Pages of a table: some records, ordered by a date, and how many there are."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Table, func, literal, select

from database.unreadable import shown_columns_of

T = TypeVar("T")

MAX_COUNTED = 10_000
"""Counting stops above this number: a list of millions answers as fast as one of thousands."""

Operator = Literal["eq", "like", "gt", "gte", "lt", "lte", "in", "is_given"]

_COMPARED: Mapping[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "like": lambda column, text: column.contains(text, autoescape=True),
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda column, values: column.in_(values),
    "is_given": lambda column, is_given: column.is_not(None) if is_given else column.is_(None),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column; `like` finds a text within the column's, `is_given` is about null."""

    column: str
    operator: Operator
    value: Any

    @property
    def matches_nothing(self) -> bool:
        """Whether it asks for one of no values."""
        return self.operator == "in" and isinstance(self.value, Sequence) and not self.value

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition in SQL, on this column."""
        return _COMPARED[self.operator](column, self.value)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which records to find, and how many of them."""

    limit: int
    offset: int = 0
    newest_first: bool = True
    conditions: Sequence[Condition] = ()


@dataclass(frozen=True, slots=True)
class PageResult(Generic[T]):
    """A page of records, how many satisfy its conditions, and how many there are in all, both as `count` says."""

    records: list[T]
    filtered: int
    all: int

    @property
    def is_estimated(self) -> bool:
        """Whether there are more than was counted."""
        return self.all > MAX_COUNTED


def find_page(
    connection: Connection,
    record: Callable[..., T],
    table: Table,
    page: PageRequest,
    *,
    within: ColumnElement[bool],
    order_by: Column[Any],
    then_by: Sequence[Column[Any]] = (),
    columns: Sequence[Column[Any]] | None = None,
    further: Sequence[ColumnElement[bool]] = (),
) -> PageResult[T]:
    """Return a page of the rows `within`, as records, ordered by a date; rows of one moment by `then_by`, or the id.

    `columns` are those that `record` is called with; None: those that are named as its fields. `further`: conditions
    beside those of the page, which are on columns of the table.
    """
    keys = (order_by, *(then_by or (table.c.id,)))
    order = tuple(column.desc() for column in keys) if page.newest_first else keys
    if any(each.matches_nothing for each in page.conditions):
        return PageResult([], 0, count(connection, table, [within]))
    where = [within, *(each.on(table.c[each.column]) for each in page.conditions), *further]
    wanted = (
        select(*(columns or shown_columns_of(record, table)))
        .where(*where)
        .order_by(*order)
        .limit(page.limit)
        .offset(page.offset)
    )

    records = [record(*row) for row in connection.execute(wanted)]
    if len(where) == 1:
        filtered = counted_after(page, len(records), lambda: count(connection, table, where))
        return PageResult(records, filtered, filtered)
    filtered = counted_after(page, len(records), lambda: count(connection, table, where, order))
    return PageResult(records, filtered, count(connection, table, [within]))


def counted_after(page: PageRequest, found: int, counted: Callable[[], int]) -> int:
    """Return how many rows there are, as `count` does: what the page says, if it is the last one, else `counted`."""
    is_last = found < page.limit and (found > 0 or page.offset == 0)
    return min(page.offset + found, MAX_COUNTED + 1) if is_last else counted()


def count(
    connection: Connection,
    rows: FromClause,
    where: Sequence[ColumnElement[bool]] = (),
    order: Sequence[ColumnElement[Any]] = (),
) -> int:
    """Return how many rows satisfy all conditions; MAX_COUNTED + 1 if there are more than MAX_COUNTED.

    `order`: that of the page, where conditions may be satisfied by few. So they are read by the same index; without an
    order, a database that expects many may read the whole table.
    """
    some = select(literal(1)).select_from(rows).where(*where).order_by(*order).limit(MAX_COUNTED + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
