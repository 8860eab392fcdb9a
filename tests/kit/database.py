"""What is in a database."""

from collections.abc import Mapping

from sqlalchemy import select

from database import Database
from database.tables import metadata


async def all_rows(database: Database) -> Mapping[str, list[str]]:
    """Every row of every table, written out and sorted."""
    return await database.access_read(
        lambda access: {
            table.name: sorted(map(repr, access.connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
        }
    )
