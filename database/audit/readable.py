"""Checks that stored values can be read: SQLite accepts any text in any column, and rows may be changed by hand."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, reduce
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from database.audit.checks import STORE, Check, Comparison
from database.tables import Instant, metadata, store

_SECONDS = 19
"""Characters of a stored date and time up to its seconds."""
_FRACTION = "." + 6 * "[0-9]"


@cache
def readable_checks() -> Sequence[Check]:
    """Return a check for each table of stores on SQLite: its dates are dates, and its numbers are numbers."""
    return [_check(table, columns) for table in metadata.sorted_tables if (columns := _columns(table))]


def _columns(table: Table) -> list[Column[Any]]:
    if table is not store and "store" not in table.c:
        return []
    return [column for column in table.c if isinstance(column.type, Instant | Integer)]


def _check(table: Table, columns: Sequence[Column[Any]]) -> Check:
    of_store = table.c.code if table is store else table.c.store
    return Check(
        "readable",
        "every date is a date, and every number a number",
        "correct the value in this row, or restore it from a backup; what needs it fails until then",
        table,
        and_(of_store == STORE, or_(*map(_is_damaged, columns))),
        {"row": reduce(lambda text, column: text + literal("/") + _text(column), table.primary_key, _named(table))},
        tuple(map(_comparison, columns)),
    )


def damaged_columns(connection: Connection, tables: Iterable[Table]) -> Iterator[str]:
    """Yield `table.column` of dates and numbers on SQLite that cannot be read in some row."""
    for table in tables:
        for column in table.c:
            if isinstance(column.type, Instant | Integer):
                some = select(literal(1)).select_from(table).where(_is_damaged(column)).limit(1)
                if connection.execute(some).first() is not None:
                    yield f"{table.name}.{column.name}"


def _named(table: Table) -> ColumnElement[str]:
    return cast(literal(table.name), String)


def _text(column: Column[Any]) -> ColumnElement[str]:
    return cast(type_coerce(column, String), String)


def _comparison(column: Column[Any]) -> Comparison:
    wanted = "a date and time" if isinstance(column.type, Instant) else "a whole number"
    damaged = _is_damaged(column)
    return Comparison(column.name, case((damaged, wanted)), case((damaged, _text(column))), "text")


def _is_damaged(column: Column[Any]) -> ColumnElement[bool]:
    kind = func.typeof(column)
    if not isinstance(column.type, Instant):
        return kind.not_in(("integer", "null"))
    stored = type_coerce(column, String)
    seconds, fraction = func.substr(stored, 1, _SECONDS), func.substr(stored, _SECONDS + 1)
    is_date = func.strftime("%Y-%m-%d %H:%M:%S", seconds).is_not_distinct_from(seconds)
    is_fraction = or_(fraction == "", fraction.op("GLOB", is_comparison=True)(_FRACTION))
    return and_(column.is_not(None), or_(kind != "text", ~and_(is_date, is_fraction)))
