"""What every group of queries shares: a connection, a store, and the shapes that most statements have.

A shape is built on first use and kept: by table and columns.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from database.prepared import Prepared, Statement, Values
from loyalty.store.rows import Row


class Queries:
    """Queries of one store: there is none without one."""

    def __init__(self, connection: Connection, store: str) -> None:
        self.connection = connection
        self.store = store
        self._dialect = connection.dialect.name

    def first(self, table: Table, **where: Any) -> Row | None:
        """A row of the store by columns that name one."""
        return _select(table, tuple(where)).first(self.connection, self._bound(where))

    def rows(self, table: Table, order: Sequence[str], **where: Any) -> list[Row]:
        """Rows of the store by columns, in the order of some (`-name`: the latest first)."""
        return _select(table, tuple(where), tuple(order)).all(self.connection, self._bound(where))

    def insert(self, table: Table, row: Values) -> None:
        """Insert a row."""
        own = self._own(table, row)
        _insert_row(self._dialect, table, tuple(own)).run(self.connection, own)

    def insert_once(self, table: Table, row: Values) -> bool:
        """Insert a row unless it is there; say whether it was new.

        The answer comes from RETURNING: psycopg reports a row count of -1 for both.
        """
        own = self._own(table, row)
        return _insert_once(self._dialect, table, tuple(own)).first(self.connection, own) is not None

    def put(self, table: Table, row: Values) -> None:
        """Insert a row, or give the one with its key the other values."""
        own = self._own(table, row)
        _put(self._dialect, table, tuple(own)).run(self.connection, own)

    def add_up(self, table: Table, row: Values, *, sums: Sequence[str], keeps: Sequence[str] = ()) -> Row:
        """Insert a row, or add to the one with its key; answer what it is now.

        `sums` are added to; what it `keeps` stays as it was; every other column of the row is replaced.
        """
        own = self._own(table, row)
        now = _add_up(self._dialect, table, tuple(own), tuple(sums), tuple(keeps)).first(self.connection, own)
        assert now is not None, "what was inserted or changed is returned"
        return now

    def alter(self, table: Table, where: Values, **values: Any) -> bool:
        """Change a row of the store; False where there is none."""
        parameters = self._bound(where) | {f"new_{name}": value for name, value in values.items()}
        return _update(table, tuple(where), tuple(values)).first(self.connection, parameters) is not None

    def lock(self, what: str) -> None:
        """Hold a name until the transaction ends. SQLite has one writer, so there everything is held anyway."""
        if self._dialect == "postgresql":
            self.connection.execute(_LOCK, {"name": f"{self.store}/{what}"})

    def _own(self, table: Table, row: Values) -> Values:
        """A row as one of the store's."""
        return {"store": self.store, **row} if "store" in table.c else row

    def _bound(self, where: Values) -> dict[str, Any]:
        return {"in_store": self.store} | {f"the_{name}": value for name, value in where.items()}


_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


def insert(connection: Connection, table: Table) -> Any:
    """An insert in the database's own dialect, for what belongs to no store."""
    return _insert(connection.dialect.name, table)


@cache
def prepared(statement: Statement) -> Prepared:
    """A statement of one's own: of those that are made once, as constants."""
    return Prepared(statement)


@cache
def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _insert_row(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(_insert(dialect, table), columns)


@cache
def _insert_once(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared:
    statement = _insert(dialect, table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
    return Prepared(statement, columns)


@cache
def _put(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared:
    statement = _insert(dialect, table)
    keys = {"store", *(column.name for column in table.primary_key)}
    values = {name: statement.excluded[name] for name in columns if name not in keys}
    changed = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)
    return Prepared(changed, columns)


@cache
def _add_up(
    dialect: str, table: Table, columns: tuple[str, ...], sums: tuple[str, ...], keeps: tuple[str, ...]
) -> Prepared:
    statement = _insert(dialect, table)
    keys = {"store", *keeps, *(column.name for column in table.primary_key)}
    values = {
        name: table.c[name] + statement.excluded[name] if name in sums else statement.excluded[name]
        for name in columns
        if name not in keys
    }
    changed = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)
    return Prepared(changed.returning(*table.c), columns)


@cache
def _select(table: Table, where: tuple[str, ...], order: tuple[str, ...] = ()) -> Prepared:
    columns = [table.c[name.lstrip("-")] for name in order]
    ordered = [column.desc() if name.startswith("-") else column for name, column in zip(order, columns, strict=True)]
    return Prepared(select(table).where(_here(table, where)).order_by(*ordered))


@cache
def _update(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Prepared:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in values}
    changed = update(table).where(_here(table, where)).values(new)
    return Prepared(changed.returning(next(iter(table.primary_key))))


def _here(table: Table, where: tuple[str, ...]) -> ColumnElement[bool]:
    """The rows of the store in which columns have given values."""
    return and_(table.c.store == bindparam("in_store"), *(table.c[name] == bindparam(f"the_{name}") for name in where))
