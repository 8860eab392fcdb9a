"""Stores, programs and events as a database has them, read without writing: also beside a running Laurel."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from commands.shared.data_folder import address
from commands.shared.lookup import store_meant
from commands.shared.settings import Settings
from database.programs import UnknownStore
from database.reading import reading
from database.tables import store as stores
from database.transaction import Transaction
from loyalty.store.rows import Row


@contextmanager
def read_only(data: Path) -> Iterator[Connection]:
    """The database of LAUREL_DATABASE_URL or of a data folder; raise SettingError, NothingStarted or WrongAddress."""
    with reading(address(data, Settings.read())) as connection:
        yield connection


def store_codes(connection: Connection) -> list[str]:
    """The codes of all stores, in order."""
    return list(connection.execute(select(stores.c.code).order_by(stores.c.code)).scalars())


def deployed(data: Path, store: str | None) -> tuple[int, dict[str, bytes]]:
    """The revision in force of a store (None: the only one) and its files; raise NotFound or UnknownStore."""
    with read_only(data) as connection:
        code = store_meant(store_codes(connection), store)
        found = in_force(Transaction(connection, code))
    if found is None:
        raise UnknownStore(code)
    return found


def program_files(tx: Transaction, revision: int) -> dict[str, bytes]:
    """The files of a revision that is there."""
    return {name: text.encode() for name, text in (tx.revisions.files(revision) or {}).items()}


def in_force(tx: Transaction) -> tuple[int, dict[str, bytes]] | None:
    """The revision in force and its files, or None where the store has none yet."""
    latest = tx.revisions.latest()
    return None if latest is None else (latest["number"], program_files(tx, latest["number"]))


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a database, for `commands.shared.lookup`."""

    connection: Connection

    def stores(self) -> list[str]:
        return store_codes(self.connection)

    def event(self, store: str, event_id: str) -> tuple[Transaction, Row] | None:
        tx = Transaction(self.connection, store)
        row = tx.events.get(event_id.lower()) or tx.events.by_external_id(event_id)
        return None if row is None else (tx, row)
