"""Reading stores, programs and events from the database; safe beside a running Laurel, since nothing is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from commands.shared.data_folder import database_url
from commands.shared.settings import Settings
from database.reading import reading
from database.tables import store as store_table
from database.transaction import Transaction
from loyalty.store.rows import Row


@contextmanager
def read_only(data: Path) -> Iterator[Connection]:
    """A connection that cannot write, to LAUREL_DATABASE_URL or a data folder's database.

    Raise SettingError, NoDatabase or WrongAddress.
    """
    with reading(database_url(data, Settings.read())) as connection:
        yield connection


def store_codes(connection: Connection) -> list[str]:
    """The codes of all stores, in order."""
    return list(connection.execute(select(store_table.c.code).order_by(store_table.c.code)).scalars())


def revision_files(tx: Transaction, number: int) -> dict[str, bytes]:
    """The files of an existing revision."""
    return {name: text.encode() for name, text in (tx.revisions.files(number) or {}).items()}


def revision_in_force(tx: Transaction) -> tuple[int, dict[str, bytes]] | None:
    """The number and the files of the revision in force; None if nothing was deployed to the store."""
    latest = tx.revisions.latest()
    return None if latest is None else (latest["number"], revision_files(tx, latest["number"]))


@dataclass(frozen=True, slots=True)
class DatabaseEvents:
    """The events of a database, each with a transaction of its store: an EventSource."""

    connection: Connection

    def stores(self) -> list[str]:
        return store_codes(self.connection)

    def event(self, store: str, event_id: str) -> tuple[Transaction, Row] | None:
        tx = Transaction(self.connection, store)
        row = tx.events.get(event_id.lower()) or tx.events.by_external_id(event_id)
        return None if row is None else (tx, row)
