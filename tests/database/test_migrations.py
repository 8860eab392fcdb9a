"""Migrations make the tables of the code and can be undone, on both databases."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from database.migrate import config, upgrade
from database.tables import metadata


def test_the_migrations_make_exactly_the_tables(database_url: str) -> None:
    engine = create_engine(database_url)

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []
    engine.dispose()


def test_an_upgrade_of_a_current_database_changes_nothing(database_url: str) -> None:
    engine = create_engine(database_url)
    before = set(inspect(engine).get_table_names())

    upgrade(engine)

    assert set(inspect(engine).get_table_names()) == before
    engine.dispose()


def test_the_migrations_can_be_undone(database_url: str) -> None:
    engine = create_engine(database_url)

    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")

    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    engine.dispose()
