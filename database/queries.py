"""The base of the repositories of one store: a connection, the store, and common statements.

A statement is compiled on first use and cached: by table, columns and record.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from database.sqlite_fast_path import Parameters, Prepared

T = TypeVar("T")


class Queries:
    """Reads one store."""

    def __init__(self, connection: Connection, store: str) -> None:
        self.connection = connection
        self.store = store
        self._dialect = connection.dialect.name

    def find_one(self, record: Callable[..., T], table: Table, /, **where: Any) -> T | None:
        """Return the row of the store with these values, as a record; None if there is none."""
        return _select(record, table, tuple(where)).first(self.connection, self._parameters(where))

    def find_all(self, record: Callable[..., T], table: Table, order: Sequence[str], /, **where: Any) -> list[T]:
        """Return the rows of the store with these values, as records, ordered by columns (`-name`: descending)."""
        return _select(record, table, tuple(where), tuple(order)).all(self.connection, self._parameters(where))

    def _parameters(self, where: Parameters) -> dict[str, Any]:
        return {"in_store": self.store} | {f"the_{name}": value for name, value in where.items()}


class WriteQueries(Queries):
    """Reads and writes one store."""

    def insert(self, table: Table, row: Parameters) -> None:
        """Insert a row."""
        whole = self._with_store(table, row)
        _insert_row(self._dialect, table, tuple(whole)).run(self.connection, whole)

    def insert_if_absent(self, table: Table, row: Parameters) -> bool:
        """Insert a row unless a unique column of it exists; return whether it was inserted.

        The result comes from RETURNING, since psycopg reports a row count of -1 in both cases.
        """
        whole = self._with_store(table, row)
        return _insert_if_absent(self._dialect, table, tuple(whole)).first(self.connection, whole) is not None

    def upsert(self, table: Table, row: Parameters) -> None:
        """Insert a row, or update the one with its primary key."""
        self.upsert_adding(table, row, sums=())

    def upsert_adding(self, table: Table, row: Parameters, *, sums: Sequence[str], keeps: Sequence[str] = ()) -> None:
        """Insert a row, or update the one with its primary key: add to `sums`, keep `keeps`, replace the others."""
        whole = self._with_store(table, row)
        _upsert_adding(self._dialect, table, tuple(whole), tuple(sums), tuple(keeps)).run(self.connection, whole)

    def upsert_all_adding(self, table: Table, rows: Sequence[Parameters], *, sums: Sequence[str]) -> None:
        """Upsert as `upsert_adding` does, for at least one row, all with the same columns."""
        whole = [self._with_store(table, row) for row in rows]
        _upsert_adding(self._dialect, table, tuple(whole[0]), tuple(sums), ()).run_all(self.connection, whole)

    def update(self, table: Table, where: Parameters, **values: Any) -> bool:
        """Update the row of the store with these values; return False if there is none."""
        parameters = self._parameters(where) | {f"new_{name}": value for name, value in values.items()}
        return _update(table, tuple(where), tuple(values)).first(self.connection, parameters) is not None

    def lock(self, name: str) -> None:
        """Hold a lock of `database.locks` until the transaction ends."""
        if self._dialect == "postgresql":
            self.connection.execute(_LOCK, {"name": f"{self.store}/{name}"})

    def lock_shared(self, name: str) -> None:
        """Hold a lock of `database.locks` until the transaction ends, beside others that hold it shared."""
        if self._dialect == "postgresql":
            self.connection.execute(_LOCK_SHARED, {"name": f"{self.store}/{name}"})

    def try_lock(self, name: str) -> bool:
        """Hold a lock of `database.locks` until the transaction ends; return False if another transaction holds it."""
        if self._dialect != "postgresql":
            return True
        return bool(self.connection.execute(_TRY_LOCK, {"name": f"{self.store}/{name}"}).scalar())

    def _with_store(self, table: Table, row: Parameters) -> Parameters:
        return {"store": self.store, **row} if "store" in table.c else row


_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))
_LOCK_SHARED = select(func.pg_advisory_xact_lock_shared(func.hashtextextended(bindparam("name"), 0)))
_TRY_LOCK = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)))


def columns_of(record: Any, table: Table) -> list[Column[Any]]:
    """Return the columns that a record (a dataclass or NamedTuple) is made of: those named as its fields, in order."""
    names = getattr(record, "_fields", None) or [field.name for field in fields(record)]
    return [table.c[name] for name in names]


def insert(connection: Connection, table: Table) -> Any:
    """Return an insert in the connection's dialect, for a table outside of stores."""
    return insert_into(connection.dialect.name, table)


def first_column(value: Any) -> Any:
    """Return the record of a statement with one column: its value."""
    return value


@cache
def insert_into(dialect: str, table: Table) -> Any:
    """Return an insert in the dialect of a name."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _insert_row(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared[Any]:
    return Prepared(insert_into(dialect, table), first_column, columns)


@cache
def _insert_if_absent(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared[Any]:
    statement = insert_into(dialect, table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
    return Prepared(statement, first_column, columns)


@cache
def _upsert_adding(
    dialect: str,
    table: Table,
    columns: tuple[str, ...],
    sums: tuple[str, ...],
    keeps: tuple[str, ...],
) -> Prepared[Any]:
    statement = insert_into(dialect, table)
    keys = {"store", *keeps, *(column.name for column in table.primary_key)}
    values = {
        name: table.c[name] + statement.excluded[name] if name in sums else statement.excluded[name]
        for name in columns
        if name not in keys
    }
    changed = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)
    return Prepared(changed, first_column, columns)


@cache
def _select(record: Callable[..., T], table: Table, where: tuple[str, ...], order: tuple[str, ...] = ()) -> Prepared[T]:
    columns = [table.c[name.lstrip("-")] for name in order]
    ordered = [column.desc() if name.startswith("-") else column for name, column in zip(order, columns, strict=True)]
    wanted = select(*columns_of(record, table)).where(_in_store(table, where)).order_by(*ordered)
    return Prepared(wanted, record)


@cache
def _update(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Prepared[Any]:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in values}
    changed = update(table).where(_in_store(table, where)).values(new)
    return Prepared(changed.returning(next(iter(table.primary_key))), first_column)


def _in_store(table: Table, where: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition for the rows of the store in which columns have the values of parameters."""
    return and_(table.c.store == bindparam("in_store"), *(table.c[name] == bindparam(f"the_{name}") for name in where))
