"""Migrate a database's schema, by the scripts in `database/migrations`."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, select

from database.access import Access
from database.locks import MIGRATIONS
from database.secret_keys import keys_of
from database.stored_secrets import KEY_CHECK, encrypt_all, setting_of

SCRIPTS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's settings: the scripts beside this file."""
    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    return settings


@cache
def head() -> str | None:
    """Return the revision of the newest script, which takes longer to find than a database to open."""
    return ScriptDirectory.from_config(config()).get_current_head()


class NewerSchema(Exception):
    """A newer version of Laurel migrated the database; the message says what to do."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"a newer Laurel migrated the database to schema {revision}, and this one knows schemas up to {head()}: "
            "start the newer version, or restore a backup from before its upgrade"
        )
        self.revision = revision


def is_known(revision: str) -> bool:
    """Return whether this version has the script of a revision: it is the newest one or older."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def upgrade(engine: Engine) -> None:
    """Apply every missing migration; raise NewerSchema. Several processes may call it at once."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(MIGRATIONS, 0))))
        current = MigrationContext.configure(connection).get_current_revision()
        if current == head():
            return
        if current is not None and not is_known(current):
            raise NewerSchema(current)
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def encrypt_secrets_once(engine: Engine) -> None:
    """Encrypt what was stored before there were keys; raise SecretKeyError if a key that was used is missing.

    This is not a migration, as migrations also run without keys. Several processes may call it at once.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(MIGRATIONS, 0))))
        keys, access, of = keys_of(connection), Access(connection), setting_of(KEY_CHECK)
        check = access.setting(KEY_CHECK)
        if check is not None:
            keys.decrypt(check, of=of)
        elif keys.first:
            encrypt_all(connection)
            access.set_setting(KEY_CHECK, keys.encrypt("", of=of))
