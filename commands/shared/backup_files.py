"""Common parts of backup and restore."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from commands.shared.errors import CommandError


class BackupError(CommandError):
    """A backup cannot be made or restored; the message says why and what to do."""


def is_sqlite(url: str) -> bool:
    """Return whether a URL is of SQLite; otherwise it is of PostgreSQL."""
    return make_url(url).get_backend_name() == "sqlite"


def require_sound_sqlite(file: Path) -> None:
    """Raise BackupError if a file of SQLite is damaged."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupError(f"{file} is damaged: {found}. Use another backup")


def run_postgres_program(name: str, url: str, *arguments: str) -> None:
    """Run a program of PostgreSQL's client on a database, hiding its password from process lists. Raise BackupError."""
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is missing: install PostgreSQL's client programs, of the server's version or newer")
    address = make_url(url).set(drivername="postgresql")
    environment = dict(os.environ)
    if address.password is not None:
        environment["PGPASSWORD"] = address.password
    target = address.set(password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 - a program of the operator's own path, without a shell
        [program, "--dbname", target, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-1000:]}")
