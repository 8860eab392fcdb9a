"""The data folder of `laurel up`: locked by one process, which stores the URL of its API there.

This module imports nothing large: commands that call a running Laurel then start faster.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from commands.shared.errors import CommandError
from commands.shared.settings import Settings

LOCK_FILE = "lock"
DATABASE_FILE = "laurel.db"
RUNNING_FILE = "running.json"


class DataFolderError(CommandError):
    """A data folder cannot be used; the message says why and what to do."""


class NoDatabase(DataFolderError):
    """There is no database: Laurel never ran on this data folder."""

    def __init__(self, folder: Path, cure: str = "") -> None:
        super().__init__(f"nothing was ever started in {folder}: name the --data of your `laurel up`{cure}")


@dataclass(frozen=True)
class RunningLaurel:
    """The URL of a running Laurel's API, and an API key of its admin."""

    url: str
    key: str


@contextlib.contextmanager
def lock(folder: Path, settings: Settings) -> Iterator[str]:
    """Lock a data folder until the block ends; the value is the address of its database.

    One process at a time may write to SQLite, wherever its file is, and to Temporal's. Raise DataFolderError if another
    does.
    """
    os.umask(0o077)  # new files are readable by the owner only, even in a shared folder
    folder.mkdir(parents=True, exist_ok=True)
    database = sqlite_file(settings)
    with ExitStack() as locks:
        busy = f"{folder} is in use by another Laurel: stop that one, or name another --data"
        locks.enter_context(_locked(folder / LOCK_FILE, busy))
        if database is not None:
            busy = f"{database} is in use by another Laurel: stop that one, or name another LAUREL_DATABASE_URL"
            locks.enter_context(_locked(database.with_name(f"{database.name}.{LOCK_FILE}"), busy))
        yield settings.database_url or f"sqlite:///{(folder / DATABASE_FILE).resolve()}"


def sqlite_file(settings: Settings) -> Path | None:
    """Return the file that LAUREL_DATABASE_URL names; None without it, or for another database."""
    scheme, _, path = (settings.database_url or "").partition(":///")
    return Path(path).resolve() if scheme.startswith("sqlite") and path else None


@contextlib.contextmanager
def _locked(file: Path, busy: str) -> Iterator[None]:
    """Lock a file until the block ends; raise DataFolderError with the words of `busy` if another process has it."""
    try:
        opened = file.open("w")
    except OSError as error:
        raise DataFolderError(f"{file} cannot be written: {error.strerror}") from None
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataFolderError(busy) from None
        yield


def database_url(folder: Path, settings: Settings) -> str:
    """Return the URL of the database: LAUREL_DATABASE_URL, or the data folder's; raise NoDatabase without one."""
    if settings.database_url is not None:
        return settings.database_url
    if not (folder / DATABASE_FILE).exists():
        raise NoDatabase(folder)
    return f"sqlite:///{(folder / DATABASE_FILE).resolve()}"


def running_on(folder: Path) -> RunningLaurel | None:
    """Return the Laurel that runs on a data folder; None if none does, even if another command locks the folder."""
    try:
        with (folder / LOCK_FILE).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        running_file = folder / RUNNING_FILE
        content = json.loads(running_file.read_text()) if running_file.exists() else None
        return RunningLaurel(content["url"], content["key"]) if content else None


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text + "\n")
