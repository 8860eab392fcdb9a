"""What every group of queries shares: a connection, a store, and inserts that tolerate repetition."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite


class Queries:
    """Queries of one store: there is none without one."""

    def __init__(self, connection: Connection, store: str) -> None:
        self.connection = connection
        self.store = store

    def insert(self, table: Table) -> Any:
        """An insert that understands ON CONFLICT, in the database's own dialect."""
        return insert(self.connection, table)

    def insert_once(self, table: Table, row: dict[str, Any]) -> bool:
        """Insert a row unless it is there; say whether it was new.

        The answer comes from RETURNING: psycopg reports a row count of -1 for both.
        """
        statement = _insert_once(self.connection.dialect.name, table)
        return self.connection.execute(statement, row).first() is not None

    def lock(self, what: str) -> None:
        """Hold a name until the transaction ends. SQLite has one writer, so there everything is held anyway."""
        if self.connection.dialect.name == "postgresql":
            name = func.hashtextextended(f"{self.store}/{what}", 0)
            self.connection.execute(select(func.pg_advisory_xact_lock(name)))


def insert(connection: Connection, table: Table) -> Any:
    """An insert in the database's own dialect."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _insert_once(dialect: str, table: Table) -> Any:
    """Built once: building a statement costs more than running it."""
    return _insert(dialect, table).on_conflict_do_nothing().returning(next(iter(table.primary_key)))
