"""Open the registry of a command line, and common queries on it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx2

from commands.shared.api_registry import ApiRegistry
from commands.shared.data_folder import DATABASE_FILE, NoDatabase, lock, running_on
from commands.shared.database_registry import DatabaseRegistry
from commands.shared.lookup import find_store
from commands.shared.registry import Registry
from commands.shared.secret_keys import keys_of_folder
from commands.shared.settings import Settings
from database import Database

_TIMEOUT = 60
"""Timeout in seconds of a response of a running Laurel."""


@asynccontextmanager
async def open_registry(data: Path) -> AsyncIterator[Registry]:
    """Open the registry of LAUREL_DATABASE_URL, or of a data folder, through the API if Laurel runs on it.

    Raise SettingError or DataFolderError.
    """
    async with open_laurel(data) as laurel:
        yield DatabaseRegistry(laurel) if isinstance(laurel, Database) else ApiRegistry(laurel)


@asynccontextmanager
async def open_laurel(data: Path) -> AsyncIterator[httpx2.AsyncClient | Database]:
    """Open a client of the Laurel on a data folder, or the database of LAUREL_DATABASE_URL or of the folder.

    Raise SettingError or DataFolderError.
    """
    settings = Settings.read()
    running = running_on(data) if settings.database_url is None else None
    if running is not None:
        headers = {"X-AUTH-TOKEN": running.key}
        async with httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=_TIMEOUT) as client:
            yield client
        return
    if settings.database_url is None and not (data / DATABASE_FILE).exists():
        raise NoDatabase(data)
    with _writable(data, settings) as url, closing(Database.open(url, keys_of_folder(data, settings))) as database:
        yield database


async def choose_store(registry: Registry, wanted: str | None) -> str:
    """Return the store with the given code, or the only store by default; raise NotFound."""
    return find_store(await registry.stores(), wanted)


async def number_in_force(registry: Registry, store: str) -> int:
    """Return the number of the revision in force; 0 if there is none."""
    return next((revision.number for revision in await registry.revisions(store, 1)), 0)


@contextmanager
def _writable(data: Path, settings: Settings) -> Iterator[str]:
    """Return the URL of a database to write to: PostgreSQL takes many processes, SQLite only the one with the lock."""
    if settings.database_url is not None and settings.database_url.startswith("postgres"):
        yield settings.database_url
        return
    with lock(data, settings) as url:
        yield url
