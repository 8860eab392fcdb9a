"""Statements that are compiled once, and on SQLite go directly to the driver; rows become records.

For SQLite, a statement through SQLAlchemy costs three times as much as at the driver, and an event runs twenty of them.
For PostgreSQL, another process, that cost is small, and SQLAlchemy handles broken connections.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

T = TypeVar("T")

Statement: TypeAlias = Select[Any] | Insert | Update | Delete
Parameters: TypeAlias = Mapping[str, Any]
"""Values of a statement's parameters, by name."""

_Convert: TypeAlias = Callable[[Any], Any] | None
_DIALECT = pysqlite.dialect(paramstyle="qmark")


class Prepared(Generic[T]):
    """One statement, and the record of each row: `record` is called with the columns, in the statement's order.

    `columns`: the given ones of an insert.
    """

    def __init__(self, statement: Statement, record: Callable[..., T], columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._record = record
        self._columns = columns

    def run(self, connection: Connection, parameters: Parameters) -> None:
        """Run the statement for its changes."""
        if connection.dialect.name == "sqlite":
            self._for_sqlite.fetch(connection, parameters)
        else:
            connection.execute(self._statement, parameters)

    def run_all(self, connection: Connection, rows: Sequence[Parameters]) -> None:
        """Run the statement once for each of the parameters, for its changes."""
        if connection.dialect.name == "sqlite":
            self._for_sqlite.run_all(connection, rows)
        else:
            connection.execute(self._statement, list(rows))

    def all(self, connection: Connection, parameters: Parameters) -> list[T]:
        """Return the records of all rows."""
        record = self._record
        if connection.dialect.name == "sqlite":
            return [record(*row) for row in self._for_sqlite.fetch(connection, parameters)]
        return [record(*row) for row in connection.execute(self._statement, parameters)]

    def first(self, connection: Connection, parameters: Parameters) -> T | None:
        """Return the record of the first row."""
        return next(iter(self.all(connection, parameters)), None)

    @cached_property
    def _for_sqlite(self) -> "_Compiled":
        return _Compiled(self._statement, self._columns)


class _Compiled:
    """A statement in the form of SQLite's driver.

    Raise ValueError for one that is only completed when it runs, such as with `in_`.
    """

    def __init__(self, statement: Statement, columns: Sequence[str] | None) -> None:
        compiled = statement.compile(dialect=_DIALECT, column_keys=columns)
        self._text = str(compiled)
        if "[POSTCOMPILE" in self._text:
            raise ValueError(f"a prepared statement cannot use `in_`: compare with each of the values: {self._text}")
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        self._binds = [(name, _to_driver(bind.type)) for name, bind in binds]
        self._fixed = {name: bind.value for name, bind in binds if not bind.required}
        converts = (_from_driver(column.type) for column in statement.exported_columns)
        self._converted = [(index, convert) for index, convert in enumerate(converts) if convert is not None]

    def fetch(self, connection: Connection, parameters: Parameters) -> list[Sequence[Any]]:
        """Return the rows of the driver, as Python's types; raise SQLAlchemy's errors."""
        driver: Any = connection.connection.driver_connection
        bound = self._bound(parameters)
        try:
            found: list[Sequence[Any]] = driver.execute(self._text, bound).fetchall()
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(error) from error
        return [self._in_python_types(row) for row in found] if self._converted else found

    def run_all(self, connection: Connection, rows: Sequence[Parameters]) -> None:
        """Run the statement once for each of the parameters; raise SQLAlchemy's errors."""
        driver: Any = connection.connection.driver_connection
        bound = [self._bound(row) for row in rows]
        try:
            driver.executemany(self._text, bound)
        except sqlite3.Error as error:
            raise self._as_sqlalchemy(error) from error

    def _as_sqlalchemy(self, error: sqlite3.Error) -> Exception:
        return DBAPIError.instance(self._text, None, error, sqlite3.Error, hide_parameters=True)

    def _bound(self, parameters: Parameters) -> list[Any]:
        given = {**self._fixed, **parameters} if self._fixed else parameters
        return [given[name] if convert is None else convert(given[name]) for name, convert in self._binds]

    def _in_python_types(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for index, convert in self._converted:
            values[index] = convert(values[index])
        return values


def _to_driver(type_: TypeEngine[Any]) -> _Convert:
    return type_.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _from_driver(type_: TypeEngine[Any]) -> _Convert:
    return type_.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
