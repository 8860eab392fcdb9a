"""Statements built once, and given to SQLite's driver as they are; rows are read only where they are looked at.

SQLAlchemy's way around a statement costs six times what SQLite needs to run it, and events need twenty and more.
PostgreSQL is another process: there the way is short beside the road, and SQLAlchemy minds broken connections on it.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from loyalty.store.rows import Row

Statement: TypeAlias = Select[Any] | Insert | Update | Delete
Values: TypeAlias = Mapping[str, Any]
"""Parameters by their names."""

_Convert: TypeAlias = Callable[[Any], Any] | None
_DIALECT = pysqlite.dialect(paramstyle="qmark")


class Prepared:
    """One statement. `columns`: those that an insert gives."""

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns

    def run(self, connection: Connection, values: Values) -> None:
        """Run it for what it changes."""
        if connection.dialect.name == "sqlite":
            self._for_sqlite.fetch(connection, values)
        else:
            connection.execute(self._statement, values)

    def all(self, connection: Connection, values: Values) -> list[Row]:
        """Every row that it finds."""
        if connection.dialect.name == "sqlite":
            places = self._for_sqlite.places
            return [_Row(places, found) for found in self._for_sqlite.fetch(connection, values)]
        return list(connection.execute(self._statement, values).mappings())

    def first(self, connection: Connection, values: Values) -> Row | None:
        """The first row that it finds."""
        return next(iter(self.all(connection, values)), None)

    @cached_property
    def _for_sqlite(self) -> "_Compiled":
        return _Compiled(self._statement, self._columns)


class _Compiled:
    """A statement as SQLite's driver takes it."""

    def __init__(self, statement: Statement, columns: Sequence[str] | None) -> None:
        compiled = statement.compile(dialect=_DIALECT, column_keys=columns)
        self._text = str(compiled)
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        self._binds = [(name, _writing(bind.type)) for name, bind in binds]
        self._fixed = {name: bind.value for name, bind in binds if not bind.required}
        found = enumerate(statement.exported_columns)
        self.places = {str(column.key): (place, _reading(column.type)) for place, column in found}

    def fetch(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """What the driver finds; it raises SQLAlchemy's errors."""
        given = {**self._fixed, **values} if self._fixed else values
        driver: Any = connection.connection.driver_connection
        bound = [given[name] if write is None else write(given[name]) for name, write in self._binds]
        try:
            found: list[tuple[Any, ...]] = driver.execute(self._text, bound).fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(self._text, None, error, sqlite3.Error, hide_parameters=True) from error
        return found


class _Row(Mapping[str, Any]):
    """A row whose values are read where they are looked at: of most, a few of many are."""

    __slots__ = ("_found", "_places")

    def __init__(self, places: Mapping[str, tuple[int, _Convert]], found: tuple[Any, ...]) -> None:
        self._places = places
        self._found = found

    def __getitem__(self, name: str) -> Any:
        place, read = self._places[name]
        value = self._found[place]
        return value if read is None else read(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _writing(kind: TypeEngine[Any]) -> _Convert:
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _reading(kind: TypeEngine[Any]) -> _Convert:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
