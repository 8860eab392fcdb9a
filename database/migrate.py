"""Bring a database's schema up to date, by the migrations in `database/migrations`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

MIGRATIONS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Alembic's settings: the scripts beside this file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


def upgrade(engine: Engine) -> None:
    """Apply every migration that is missing. Several processes may call it at once."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("laurel migrations", 0))))
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
