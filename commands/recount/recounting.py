"""Recount the figures by day."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from commands.shared.data_folder import lock
from commands.shared.lookup import find_store
from commands.shared.options import Format
from commands.shared.secret_keys import keys_of_folder
from commands.shared.settings import Settings
from commands.shared.terminal_text import printable
from database import Database, Transaction

PAGE = 1_000


async def recount_stores(data: Path, store: str | None, format: Format) -> None:  # noqa: A002 - as the option
    """Recount a store, and print how many rows it had. Raise NotFound, DataFolderError or SecretKeyError.

    On SQLite of a data folder no other process may run: its lock is held. On PostgreSQL Laurel may keep running.
    """
    with _opened(data) as database:
        codes = await database.access_read(lambda access: access.stores())
        code = find_store(codes, store)
        rows = await recount(database, code)
    if format is Format.json:
        print(json.dumps({"store": code, "rows": rows}))
    else:
        print(f"store {printable(code)}: {rows:,} rows are counted")


async def recount(database: Database, code: str) -> int:
    """Recount one store, page by page; return how many rows. Nothing is done in a store that was never counted."""
    here = database.store(code)
    await here.write(lambda tx: tx.figures.count_again())

    def count(tx: Transaction) -> int:
        zone = tx.figures.zone()
        return 0 if zone is None else tx.figures.count(zone, limit=PAGE)

    rows = 0
    while counted := await here.write(count):
        rows += counted
    return rows


@contextmanager
def _opened(data: Path) -> Iterator[Database]:
    settings = Settings.read()
    if settings.database_url is not None:
        with closing(Database.open(settings.database_url, keys_of_folder(data, settings))) as database:
            yield database
        return
    with lock(data, settings) as address, closing(Database.open(address, keys_of_folder(data, settings))) as database:
        yield database
