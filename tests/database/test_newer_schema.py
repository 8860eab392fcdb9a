"""An older Laurel refuses a database that a newer one migrated, and changes nothing in it."""

import pytest
from sqlalchemy import create_engine, text

from database import Database
from database.migrate import NewerSchema


def test_a_database_of_a_newer_version_is_refused_with_what_to_do(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NewerSchema, match="start the newer version, or restore a backup from before its upgrade"):
        Database.open(database_url)

    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    engine.dispose()
