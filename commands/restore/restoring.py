"""Restore a database from the file of a backup."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url

from commands.shared.backup_files import BackupError, is_sqlite, require_sound_sqlite, run_postgres_program
from commands.shared.data_folder import lock
from commands.shared.secret_keys import KEY_FILE, keys_of_folder
from commands.shared.settings import Settings
from database import Database
from database.migrate import is_known
from database.secret_keys import SecretKeyError

_SQLITE, _POSTGRES = b"SQLite format 3\0", b"PGDMP"
_TEMPORAL_FILES = ("temporal.db", "temporal.db-wal", "temporal.db-shm")


def restore_backup(data: Path, file: Path, *, replace: bool) -> list[str]:
    """Restore a backup into LAUREL_DATABASE_URL or a data folder, and migrate it; return notes for the operator.

    Raise BackupError, DataFolderError or SecretKeyError.
    """
    settings = Settings.read()
    with file.open("rb") as opened:
        start = opened.read(len(_SQLITE))
    kind = "sqlite" if start == _SQLITE else "postgresql" if start.startswith(_POSTGRES) else ""
    if kind == "sqlite" and (wal := file.with_name(f"{file.name}-wal")).exists() and wal.stat().st_size:
        raise BackupError(f"{file} is a database in use, of which {wal.name} has a part: use `laurel backup`")
    if not kind:
        raise BackupError(f"{file} is not a backup: name a file that `laurel backup` wrote")
    url = settings.database_url
    wanted = "sqlite" if url is None or is_sqlite(url) else "postgresql"
    if kind != wanted:
        raise BackupError(f"{file} is a backup of {kind}, and this database is {wanted}: see LAUREL_DATABASE_URL")
    if kind == "postgresql":
        assert url is not None, "only LAUREL_DATABASE_URL names PostgreSQL"
        _restore_postgres(url, file, replace=replace)
        return [*_migrate(url, data, settings), f"the database is restored from {file}", _NAMESPACE]
    with lock(data, settings) as address:
        return list(_restore_sqlite(Path(str(make_url(address).database)), data, file, settings, replace=replace))


_OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
"""How many other connections the database has."""

_NAMESPACE = "Temporal knows nothing of it: use a new namespace, or see docs/ops.md, before you start API and worker"


def _restore_sqlite(target: Path, data: Path, file: Path, settings: Settings, *, replace: bool) -> Iterator[str]:
    require_sound_sqlite(file)
    _require_known_schema(create_engine(f"sqlite:///{file}"), file)
    if target.exists() and not replace:
        raise BackupError(f"{target} exists: --replace moves it aside")
    part = target.with_name(f"{target.name}.part")
    shutil.copyfile(file, part)
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    aside = f".before-{time.strftime('%Y%m%d-%H%M%S')}"
    old = [target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))]
    for each in [*old, *(data / name for name in _TEMPORAL_FILES)]:
        if each.exists():
            each.rename(each.with_name(each.name + aside))
            yield f"{each} is kept as {each.name}{aside}"
    part.rename(target)
    has_key = settings.secret_key is not None or settings.database_url is not None or (data / KEY_FILE).exists()
    if has_key:
        yield from _migrate(f"sqlite:///{target}", data, settings)
    else:
        yield f"before you start Laurel, copy the secret key of the backed-up installation to {data / KEY_FILE}"
    yield f"{target} is restored from {file}; events that it holds as not applied are processed after the start"


def _migrate(url: str, data: Path, settings: Settings) -> Iterator[str]:
    """Migrate a restored database; yield what to do if its secret key is missing."""
    try:
        Database.open(url, keys_of_folder(data, settings)).close()
    except SecretKeyError as error:
        yield f"before you start Laurel, bring back its secret key: {error}"


def _restore_postgres(url: str, file: Path, *, replace: bool) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), hide_parameters=True)
    with closing(_Disposing(engine)), engine.connect() as connection:
        if connection.execute(_OTHERS).scalar_one():
            raise BackupError("the database is in use: stop every API and worker first")
        if inspect(connection).get_table_names() and not replace:
            raise BackupError("the database is not empty: --replace deletes what is in it")
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    run_postgres_program("pg_restore", url, *options, str(file))


def _require_known_schema(engine: Engine, file: Path) -> None:
    """Raise BackupError for a schema that this version does not know."""
    with closing(_Disposing(engine)), engine.connect() as connection:
        if "alembic_version" not in inspect(connection).get_table_names():
            raise BackupError(f"{file} is not a database of Laurel: name a file that `laurel backup` wrote")
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    if not is_known(revision):
        raise BackupError(f"{file} was made by a newer Laurel (schema {revision}): restore it with that version")


class _Disposing:
    """Disposes of an engine when it is closed."""

    def __init__(self, engine: Engine) -> None:
        self.close = engine.dispose
