"""Read stores, programs and events from the database; safe beside a running Laurel, since nothing is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from commands.shared.data_folder import database_url
from commands.shared.settings import Settings
from database.read_only import open_read_only
from database.tables import store as store_table
from database.transaction import ReadTransaction
from loyalty.store.events import StoredEvent


@contextmanager
def read_only(data: Path, *, scans: bool = False) -> Iterator[Connection]:
    """Open a read-only connection to LAUREL_DATABASE_URL or a data folder's database.

    `scans`: whole tables will be read. Raise SettingError, NoDatabase or InvalidDatabaseUrl.
    """
    with open_read_only(database_url(data, Settings.read()), scans=scans) as connection:
        yield connection


def store_codes(connection: Connection) -> list[str]:
    """Return the codes of all stores, in order."""
    return list(connection.execute(select(store_table.c.code).order_by(store_table.c.code)).scalars())


def revision_files(tx: ReadTransaction, number: int) -> dict[str, bytes]:
    """Return the files of an existing revision."""
    return {name: text.encode() for name, text in (tx.revisions.files(number) or {}).items()}


def revision_in_force(tx: ReadTransaction) -> tuple[int, dict[str, bytes]] | None:
    """Return the number and the files of the revision in force; None if nothing was deployed to the store."""
    latest = tx.revisions.latest()
    return None if latest is None else (latest.number, revision_files(tx, latest.number))


@dataclass(frozen=True, slots=True)
class DatabaseEvents:
    """The events of a database, each with a transaction of its store: an EventSource."""

    connection: Connection

    def stores(self) -> list[str]:
        return store_codes(self.connection)

    def event(self, store: str, event_id: str) -> tuple[ReadTransaction, StoredEvent] | None:
        tx = ReadTransaction(self.connection, store)
        found = tx.events.get(event_id.lower()) or tx.events.by_external_id(event_id)
        return None if found is None else (tx, found)
