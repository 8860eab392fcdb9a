"""The database: reachable, of this version, with its key, its programs readable, its clock right."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from commands.doctor.finding import Finding, ill, well
from commands.shared.data_folder import NoDatabase, database_url
from commands.shared.database_reader import revision_in_force, store_codes
from commands.shared.secret_keys import KEY_FILE
from commands.shared.settings import SECRET_KEY, Settings
from database import InvalidDatabaseUrl
from database.audit.readable import damaged_columns
from database.migrate import head, is_known
from database.read_only import open_read_only
from database.secret_keys import SecretKeyError, SecretKeys
from database.stored_secrets import KEY_CHECK, setting_of
from database.tables import admin, api_key, member_collision, revision, role, session, setting, store
from database.transaction import ReadTransaction
from program_files import ProgramFaults, read_revision

MAX_SKEW = 5.0
"""Seconds by which the clocks of this machine and of PostgreSQL may differ."""


def look_at_database(data: Path, settings: Settings) -> Iterator[Finding]:
    """Yield findings about the database, which is only read."""
    try:
        with open_read_only(database_url(data, settings)) as connection:
            yield from _findings(connection, data, settings)
    except (NoDatabase, InvalidDatabaseUrl) as error:
        yield ill("database", str(error), "see LAUREL_DATABASE_URL and --data")
    except SQLAlchemyError as error:
        cure = "see LAUREL_DATABASE_URL; start its server; if a file is damaged, restore a backup by `laurel restore`"
        yield ill("database", f"it does not answer: {getattr(error, 'orig', error)}".strip(), cure)


def _findings(connection: Connection, data: Path, settings: Settings) -> Iterator[Finding]:
    newest = head()
    if "alembic_version" not in inspect(connection).get_table_names():
        yield ill("database", "it is empty", "deploy a program by `laurel deploy`, which makes the tables")
        return
    schema = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    if schema != newest:
        is_older = is_known(schema)
        cure = "start this version, which migrates it" if is_older else "use the version that wrote it"
        kind = "older" if is_older else "newer"
        yield ill("schema", f"it is of {kind} version {schema}, and this one needs {newest}", cure)
        return
    yield well("database", f"{connection.dialect.name}, schema {schema}")
    yield _key(connection, data, settings)
    yield from _programs(connection)
    yield from _collisions(connection)
    yield from _damage(connection)
    if connection.dialect.name == "postgresql":
        skew = abs(
            (connection.execute(text("SELECT clock_timestamp()")).scalar_one() - datetime.now(UTC)).total_seconds()
        )
        if skew > MAX_SKEW:
            yield ill("clock", f"it differs from the database's by {skew:.0f} s", "synchronize both by NTP")


def _key(connection: Connection, data: Path, settings: Settings) -> Finding:
    file = data / KEY_FILE
    given = settings.secret_key or (file.read_text() if settings.database_url is None and file.exists() else "")
    stored = connection.execute(select(setting.c.value).where(setting.c.name == KEY_CHECK)).scalar_one_or_none()
    if stored is None:
        cure = f"set {SECRET_KEY} to a key made by `laurel secrets key`, and start again"
        return ill("secret key", "secrets in the database are not encrypted", cure)
    try:
        SecretKeys.parse(given.strip()).decrypt(stored, of=setting_of(KEY_CHECK))
    except (SecretKeyError, ValueError) as error:
        return ill("secret key", str(error), f"bring back {file}, or set {SECRET_KEY}")
    return well("secret key", "it decrypts what is stored")


def _collisions(connection: Connection) -> Iterator[Finding]:
    counted = select(member_collision.c.store, func.count()).group_by(member_collision.c.store)
    for code, number in connection.execute(counted.order_by(member_collision.c.store)):
        cure = f"see GET /api/{code}/member/collision, and give one of each two another email or phone"
        yield ill("members", f"{number} of store {code} have an email or phone that is found as another's", cure)


def _damage(connection: Connection) -> Iterator[Finding]:
    """Yield unreadable values of tables where one such row stops more than a list; other tables may be large."""
    if connection.dialect.name != "sqlite":  # others refuse to store them
        return
    damaged = list(damaged_columns(connection, (store, revision, role, admin, api_key, session)))
    if damaged:
        cure = "correct the values, or restore a backup by `laurel restore`"
        yield ill("values", f"some cannot be read: {', '.join(damaged)}", cure)
    else:
        yield well("values", "stores, programs and access can be read; `laurel audit` reads all others")


def _programs(connection: Connection) -> Iterator[Finding]:
    codes = store_codes(connection)
    if not codes:
        yield ill("program", "no program is deployed", "deploy one by `laurel deploy`")
    for code in codes:
        found = revision_in_force(ReadTransaction(connection, code))
        if found is None:
            yield ill("program", f"store {code} has none", "deploy one by `laurel deploy`")
            continue
        try:
            read_revision(found[1])
        except ProgramFaults as faults:
            cure = "deploy a corrected program, or `laurel rollback`"
            yield ill("program", f"revision {found[0]} of store {code} cannot be read: {str(faults)[:300]}", cure)
        else:
            yield well("program", f"revision {found[0]} of store {code}")
