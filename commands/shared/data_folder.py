"""The data folder of a Laurel on one machine: held by one process, which says where it answers.

It imports nothing large: whoever only asks the running Laurel need not be able to run one.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from commands.shared.errors import CannotDo
from commands.shared.settings import Settings

LOCK = "lock"
DATABASE = "laurel.db"
ANNOUNCED = "running.json"


class EmbeddedError(CannotDo):
    """Laurel cannot start here; the message says why and what to do."""


class NothingStarted(EmbeddedError):
    """There is no database: Laurel never ran on a data folder."""

    def __init__(self, folder: Path, cure: str = "") -> None:
        super().__init__(f"nothing was ever started in {folder}: name the --data of your `laurel up`{cure}")


@dataclass(frozen=True)
class RunningAt:
    """Where a running Laurel answers, and a key of its admin's."""

    url: str
    key: str


@contextlib.contextmanager
def held(folder: Path, settings: Settings) -> Iterator[str]:
    """Hold a data folder, and answer the address of its database.

    SQLite and Temporal's file bear one process only. Raise EmbeddedError where another has the folder.
    """
    os.umask(0o077)  # whatever is made from here on is the owner's alone, also in a folder that others may read
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(
                f"{folder} is in use by another Laurel: stop that one, or name another --data"
            ) from None
        yield settings.database_url or f"sqlite:///{(folder / DATABASE).resolve()}"


def address(folder: Path, settings: Settings) -> str:
    """The database of LAUREL_DATABASE_URL, or that of a data folder; raise NothingStarted where there is none."""
    if settings.database_url is not None:
        return settings.database_url
    if not (folder / DATABASE).exists():
        raise NothingStarted(folder)
    return f"sqlite:///{(folder / DATABASE).resolve()}"


def running_at(folder: Path) -> RunningAt | None:
    """The Laurel that runs on a data folder, if one does; None too where a command only holds it for a moment."""
    try:
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        announced = folder / ANNOUNCED
        said = json.loads(announced.read_text()) if announced.exists() else None
        return RunningAt(said["url"], said["key"]) if said else None


def write_private(file: Path, text: str) -> None:
    """Write what only the owner may read."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text + "\n")
