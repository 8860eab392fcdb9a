"""Pages of a table: records ordered by a date, and their number."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, Table, func, literal, select, tuple_

from database.damaged import DamagedInstant
from database.planner import without_index
from database.text_search import has_exact_part, has_part
from database.unreadable import shown_columns_of

T = TypeVar("T")

MAX_COUNTED = 10_000
"""The most rows that are counted: a list of millions answers as fast as one of thousands."""

MOST_CANDIDATES = 2_000
"""The most rows that are looked up one by one, in any order."""

Operator = Literal["eq", "like", "has", "gt", "gte", "lt", "lte", "in", "is_given"]

_COMPARED: Mapping[Operator, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "like": has_part,
    "has": has_exact_part,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda column, values: column.in_(values),
    "is_given": lambda column, is_given: column.is_not(None) if is_given else column.is_(None),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column; `is_given` tests for null.

    `like` finds a part of a text in any case, `has` in this one.
    """

    column: str
    operator: Operator
    value: Any

    @property
    def matches_nothing(self) -> bool:
        """Return whether the condition is `in` an empty set."""
        return self.operator == "in" and isinstance(self.value, Sequence) and not self.value

    def is_satisfied_by(self, number: int) -> bool:
        """Return whether a number satisfies a comparison."""
        return bool(_COMPARED[self.operator](number, self.value))

    def on(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition in SQL, on this column."""
        found: ColumnElement[bool] = _COMPARED[self.operator](column, self.value)
        return found


PageKey: TypeAlias = tuple[Any, ...]
"""The position of a record in a list: its values of the columns that the list is ordered by."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which records to return, and how many. `by_key`: those behind `after`, or the first; nothing is counted."""

    limit: int
    offset: int = 0
    newest_first: bool = True
    conditions: Sequence[Condition] = ()
    by_key: bool = False
    after: PageKey | None = None


@dataclass(frozen=True, slots=True)
class PageResult(Generic[T]):
    """A page of records, how many satisfy its conditions, and how many there are in all, both as `count` returns.

    A page by key has no counts, and `next`: its last position; None: it is the last page.
    """

    records: list[T]
    filtered: int = 0
    all: int = 0
    by_key: bool = False
    next: PageKey | None = None

    @property
    def is_estimated(self) -> bool:
        """Whether there are more rows than were counted."""
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
    columns: Sequence[ColumnElement[Any]] | None = None,
    further: Sequence[ColumnElement[bool]] = (),
    indexed: Mapping[str, ColumnElement[bool]] | None = None,
) -> PageResult[T]:
    """Return a page of the rows `within`, as records, ordered by a date; rows of one moment by `then_by`, or the id.

    `columns` are those that `record` is called with; None: those that are named as its fields. `further`: conditions
    beside those of the page, which are on columns of the table. `indexed`: columns that have an index of their own, and
    the rows that are in it. Where few of these satisfy a condition on the column, they are found by the index, and not
    by reading all in the order of the list.
    """
    keys = (order_by, *(then_by or (table.c.id,)))
    if any(each.matches_nothing for each in page.conditions):
        return PageResult([], by_key=True) if page.by_key else PageResult([], 0, count(connection, table, [within]))
    where = [within, *further]
    for each in page.conditions:
        column = table.c[each.column]
        own = None if indexed is None else indexed.get(each.column)
        where.append(each.on(column if own is None else without_index(column)))
        if own is not None:
            ids = few_ids(connection, select(table.c.id).where(own, each.on(column)))
            where += [] if ids is None else [table.c.id.in_(ids)]
    read = select(*(columns or shown_columns_of(record, table))).where(*where)
    if page.by_key:
        return page_by_key(connection, read, keys, page, lambda row: record(*row))
    records = [record(*row) for row in connection.execute(ordered(read, keys, page).offset(page.offset))]
    if len(where) == 1:
        filtered = counted_after(page, len(records), lambda: count(connection, table, where))
        return PageResult(records, filtered, filtered)
    filtered = counted_after(page, len(records), lambda: count(connection, table, where, in_order(keys, page)))
    return PageResult(records, filtered, count(connection, table, [within]))


def counted_after(page: PageRequest, found: int, counted: Callable[[], int]) -> int:
    """Return how many rows there are, as `count` does: from the page, if it is the last one, else `counted`."""
    is_last = found < page.limit and (found > 0 or page.offset == 0)
    return min(page.offset + found, MAX_COUNTED + 1) if is_last else counted()


def page_by_key(
    connection: Connection,
    wanted: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    page: PageRequest,
    record: Callable[[Sequence[Any]], T],
) -> PageResult[T]:
    """Return the page of a statement's rows behind a position, at a cost independent of the position."""
    if page.after is not None:
        place, first = tuple_(*page.after), page.after[0]
        wanted = wanted.where(tuple_(*keys) < place if page.newest_first else tuple_(*keys) > place)
        # The first column by itself, too: SQLite uses it to seek in an index of fewer columns.
        wanted = wanted.where(keys[0] <= first if page.newest_first else keys[0] >= first)
    rows = connection.execute(ordered(wanted.add_columns(*keys), keys, page)).all()
    width = len(keys)
    records = [record(tuple(row)[:-width]) for row in rows]
    places = (tuple(row)[-width:] for row in reversed(rows))
    is_full = len(rows) == page.limit
    # A damaged date is not a position: the next page begins before it, and shows it again.
    last = next((each for each in places if not isinstance(each[0], DamagedInstant)), None)
    return PageResult(records, by_key=True, next=last if is_full else None)


def ordered(wanted: Select[Any], keys: Sequence[ColumnElement[Any]], page: PageRequest) -> Select[Any]:
    """Return a statement in the order of a list, limited to its page's length."""
    return wanted.order_by(*in_order(keys, page)).limit(page.limit)


def in_order(keys: Sequence[ColumnElement[Any]], page: PageRequest) -> Sequence[ColumnElement[Any]]:
    """Return the columns that a list is ordered by, in its direction."""
    return [key.desc() for key in keys] if page.newest_first else keys


def count(
    connection: Connection,
    rows: FromClause,
    where: Sequence[ColumnElement[bool]] = (),
    order: Sequence[ColumnElement[Any]] = (),
) -> int:
    """Return how many rows satisfy all conditions; MAX_COUNTED + 1 if there are more than MAX_COUNTED.

    `order`: that of the page, for conditions that few rows may satisfy. They are then read by the same index; without
    an order, a database that expects many may scan the table.
    """
    some = select(literal(1)).select_from(rows).where(*where).order_by(*order).limit(MAX_COUNTED + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def is_few(connection: Connection, table: Table, where: Sequence[ColumnElement[bool]]) -> bool:
    """Return whether few rows satisfy all conditions, so that these are looked up before other tests."""
    return count(connection, table, where) <= MOST_CANDIDATES


def few_ids(connection: Connection, found: Select[tuple[str]]) -> Sequence[str] | None:
    """Return the ids that a statement finds; None: there are too many."""
    ids: list[str] = list(connection.scalars(found.limit(MOST_CANDIDATES + 1)))
    return ids if len(ids) <= MOST_CANDIDATES else None


def distinct_values(connection: Connection, column: Column[str], within: ColumnElement[bool]) -> list[str]:
    """Return the distinct values of a column among the rows `within`, each found in an index behind the last one.

    So the cost depends on the number of values, not of rows.
    """
    first = select(func.min(column).label("value")).where(within).cte("found", recursive=True)
    following = select(func.min(column)).where(within, column > first.c.value).correlate(first).scalar_subquery()
    found = first.union_all(select(following).where(first.c.value.is_not(None)))
    return list(connection.execute(select(found.c.value).where(found.c.value.is_not(None))).scalars())
