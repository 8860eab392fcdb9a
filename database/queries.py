"""What every group of queries shares: a connection, a store, and statements that are built once.

Building a statement costs SQLAlchemy several times what running it costs SQLite, so the shapes that the way of an
event needs are built on first use and kept: by dialect, table and columns.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
"""Values by the names of a table's columns."""


class Queries:
    """Queries of one store: there is none without one."""

    def __init__(self, connection: Connection, store: str) -> None:
        self.connection = connection
        self.store = store
        self._dialect = connection.dialect.name

    def first(self, table: Table, **where: Any) -> RowMapping | None:
        """A row of the store by columns that name one."""
        return self.connection.execute(_select(table, tuple(where)), self._bound(where)).mappings().first()

    def rows(self, table: Table, order: Sequence[str], **where: Any) -> list[RowMapping]:
        """Rows of the store by columns, in the order of some (`-name`: the latest first)."""
        statement = _select(table, tuple(where), tuple(order))
        return list(self.connection.execute(statement, self._bound(where)).mappings())

    def insert(self, table: Table, row: Row) -> None:
        """Insert a row."""
        self.connection.execute(_insert(self._dialect, table), self._own(table, row))

    def insert_once(self, table: Table, row: Row) -> bool:
        """Insert a row unless it is there; say whether it was new.

        The answer comes from RETURNING: psycopg reports a row count of -1 for both.
        """
        statement = _insert_once(self._dialect, table)
        return self.connection.execute(statement, self._own(table, row)).first() is not None

    def put(self, table: Table, row: Row) -> None:
        """Insert a row, or give the one with its key the other values."""
        self.connection.execute(_put(self._dialect, table, tuple(row)), self._own(table, row))

    def add_up(self, table: Table, row: Row, *, sums: Sequence[str], keeps: Sequence[str] = ()) -> RowMapping:
        """Insert a row, or add to the one with its key; answer what it is now.

        `sums` are added to; what it `keeps` stays as it was; every other column of the row is replaced.
        """
        statement = _add_up(self._dialect, table, tuple(row), tuple(sums), tuple(keeps))
        return self.connection.execute(statement, self._own(table, row)).mappings().one()

    def alter(self, table: Table, where: Row, **values: Any) -> bool:
        """Change a row of the store; False where there is none."""
        statement = _update(table, tuple(where), tuple(values))
        parameters = self._bound(where) | {f"new_{name}": value for name, value in values.items()}
        return self.connection.execute(statement, parameters).first() is not None

    def lock(self, what: str) -> None:
        """Hold a name until the transaction ends. SQLite has one writer, so there everything is held anyway."""
        if self._dialect == "postgresql":
            self.connection.execute(_LOCK, {"name": f"{self.store}/{what}"})

    def _own(self, table: Table, row: Row) -> Row:
        """A row as one of the store's."""
        return {"store": self.store, **row} if "store" in table.c else row

    def _bound(self, where: Row) -> dict[str, Any]:
        return {"in_store": self.store} | {f"the_{name}": value for name, value in where.items()}


_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


def insert(connection: Connection, table: Table) -> Any:
    """An insert in the database's own dialect, for what belongs to no store."""
    return _insert(connection.dialect.name, table)


@cache
def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _insert_once(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))


@cache
def _put(dialect: str, table: Table, columns: tuple[str, ...]) -> Any:
    statement = _insert(dialect, table)
    keys = {column.name for column in table.primary_key}
    values = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)


@cache
def _add_up(dialect: str, table: Table, columns: tuple[str, ...], sums: tuple[str, ...], keeps: tuple[str, ...]) -> Any:
    statement = _insert(dialect, table)
    keys = {*keeps, *(column.name for column in table.primary_key)}
    values = {
        name: table.c[name] + statement.excluded[name] if name in sums else statement.excluded[name]
        for name in columns
        if name not in keys
    }
    changed = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)
    return changed.returning(*table.c)


@cache
def _select(table: Table, where: tuple[str, ...], order: tuple[str, ...] = ()) -> Select[Any]:
    columns = [table.c[name.lstrip("-")] for name in order]
    ordered = [column.desc() if name.startswith("-") else column for name, column in zip(order, columns, strict=True)]
    return select(table).where(_here(table, where)).order_by(*ordered)


@cache
def _update(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Any:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in values}
    return update(table).where(_here(table, where)).values(new).returning(next(iter(table.primary_key)))


def _here(table: Table, where: tuple[str, ...]) -> ColumnElement[bool]:
    """The rows of the store in which columns have given values."""
    return and_(table.c.store == bindparam("in_store"), *(table.c[name] == bindparam(f"the_{name}") for name in where))
