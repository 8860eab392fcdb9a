"""A SQL statement whose rows become records."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Connection, Delete, Insert, Select, Update

T = TypeVar("T")

Statement: TypeAlias = Select[Any] | Insert | Update | Delete
Parameters: TypeAlias = Mapping[str, Any]
"""Values of a statement's parameters, by name."""


class RecordStatement(Generic[T]):
    """One statement, and the record of each row: `record` is called with the columns, in the statement's order."""

    def __init__(self, statement: Statement, record: Callable[..., T]) -> None:
        self._statement = statement
        self._record = record

    def run(self, connection: Connection, parameters: Parameters) -> None:
        """Run it for what it changes."""
        connection.execute(self._statement, parameters)

    def all(self, connection: Connection, parameters: Parameters) -> list[T]:
        """Return the record of every row that it finds."""
        return [self._record(*row) for row in connection.execute(self._statement, parameters)]

    def first(self, connection: Connection, parameters: Parameters) -> T | None:
        """Return the record of the first row that it finds."""
        return next(iter(self.all(connection, parameters)), None)
