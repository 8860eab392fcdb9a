"""A database moved to a revision of its schema, and rows inserted as the tables are there."""

from typing import Any

from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table

from database.migrate import config


def move(connection: Connection, target: str) -> None:
    """Upgrade or downgrade to a revision, whichever leads there."""
    settings = config()
    settings.attributes["connection"] = connection
    present = MigrationContext.configure(connection).get_current_revision() or ""
    (command.upgrade if present < target else command.downgrade)(settings, target)


def insert_row(connection: Connection, table: str, **row: Any) -> None:
    """Insert a row into a table as it is at the present revision."""
    connection.execute(Table(table, MetaData(), autoload_with=connection).insert().values(**row))
