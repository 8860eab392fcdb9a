"""A copy of the database in one file: of SQLite by its own backup, of PostgreSQL by pg_dump."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url

from commands.shared.backup_files import BackupError, is_sqlite, require_sound_sqlite, run_postgres_program
from commands.shared.data_folder import database_url
from commands.shared.settings import Settings


def write_backup(data: Path, file: Path) -> int:
    """Write the file, readable only by its owner; return its size. Raise BackupError or NoDatabase."""
    url = database_url(data, Settings.read())
    if file.exists():
        raise BackupError(f"{file} exists: name another file")
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        if is_sqlite(url):
            _copy_sqlite(str(make_url(url).database), part)
        else:
            options = ("--format=custom", "--no-owner", "--no-privileges", "--file", str(part))
            run_postgres_program("pg_dump", url, *options)
        size = part.stat().st_size
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return size


def _copy_sqlite(source: str, part: Path) -> None:
    """Copy in one step, in one snapshot: a writer beside it goes on, and its later writes are not in the copy."""
    with (
        closing(sqlite3.connect(f"file:{quote(source)}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(part)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    require_sound_sqlite(part)
