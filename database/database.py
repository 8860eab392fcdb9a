"""The database as the rest of Laurel holds it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, RowMapping

from database.access import Access
from database.connections import Connections, connect
from database.events import waiting
from database.migrate import upgrade
from database.transaction import Transaction
from loyalty.store.conflicts import ConcurrentInsert

T = TypeVar("T")

MAX_TRIES = 3
"""Transactions tried while concurrent ones insert the same row: what those inserted, the next try finds."""


class Database:
    """An open database, its schema up to date."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @classmethod
    def open(cls, url: str) -> "Database":
        """Open and migrate; raise WrongAddress for one that is none."""
        connections = connect(url)
        try:
            upgrade(connections.engine)
        except BaseException:
            connections.close()
            raise
        return cls(connections)

    def store(self, code: str) -> "StoreDatabase":
        """The database as one store sees it."""
        return StoreDatabase(self._connections, code)

    async def access_read(self, work: Callable[[Access], T]) -> T:
        """Read what belongs to no store: admins, keys, tokens."""
        return await self._connections.read(lambda connection: work(Access(connection)))

    async def access_write(self, work: Callable[[Access], T]) -> T:
        """Change what belongs to no store, in one transaction."""
        return await self._connections.write(lambda connection: work(Access(connection)))

    async def waiting_events(self, *, now: datetime, limit: int, again_after: timedelta) -> list[RowMapping]:
        """Events of any store whose workflow should have been started by now; see `database.events.waiting`."""
        return await self._connections.write(
            lambda connection: waiting(connection, now=now, limit=limit, again_after=again_after)
        )

    async def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            async with asyncio.timeout(2):
                await self._connections.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
        except Exception:  # noqa: BLE001 - whatever keeps it from answering, the answer is no
            return False
        return True

    def close(self) -> None:
        """Finish what was begun and let go."""
        self._connections.close()


class StoreDatabase:
    """Reads and writes of one store."""

    def __init__(self, connections: Connections, store: str) -> None:
        self._connections = connections
        self._store = store

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one transaction: all of it is kept, or, where it raises, none.

        Work that raises ConcurrentInsert runs again, `MAX_TRIES` times at most; then its refusal is raised, or itself.
        """
        job = partial(_run, work, self._store)
        tries = 0
        while True:
            try:
                return await self._connections.write(job)
            except ConcurrentInsert as conflict:
                tries += 1
                if tries >= MAX_TRIES:
                    raise conflict.refusal or conflict from None

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run work that only reads."""
        return await self._connections.read(partial(_run, work, self._store))


def _run(work: Callable[[Transaction], T], store: str, connection: Connection) -> T:
    return work(Transaction(connection, store))
