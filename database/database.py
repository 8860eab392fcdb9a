"""The database as the rest of Laurel uses it."""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from database.access import Access, AccessReader
from database.analytics.counting import stores_to_count
from database.answers import delete_answers
from database.backlog import Backlog, read_backlog
from database.connections import Connections, connect
from database.deliveries import take_waiting_resends
from database.drafts import delete_old_drafts
from database.due_items import stores_with_due_items, stores_with_overdue_items
from database.erasures import open_erasures
from database.event_owners import Unstarted, assign, blocked_members, leave_to_relay, take_unstarted
from database.exports import ExportToStart, delete_old_exports, take_exports
from database.imports import ImportToStart, delete_old_imports, take_imports
from database.merges import open_merges
from database.migrate import encrypt_secrets_once, upgrade
from database.overdue_deliveries import OverdueDelivery, take_overdue_deliveries
from database.planner_statistics import write_planner_statistics
from database.retention import Place, RemovedPage, remove_audit_entries, remove_details
from database.secret_keys import NO_KEYS, SecretKeys
from database.settings import take_waiting_notice_moves
from database.stored_secrets import encrypt_all
from database.transaction import ReadTransaction, Transaction
from loyalty.references import EventRef, MergeRef, ResendRef
from loyalty.store.conflicts import ConcurrentInsert

T = TypeVar("T")

LAST_WRITE_CHECK = "last_write_check"
"""The setting that health checks write, to see that the database can be written."""

MAX_TRIES = 3
"""The most attempts at a transaction while concurrent ones insert the same row, which the next attempt finds."""


class Database:
    """An open database, its schema up to date."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    @classmethod
    def open(cls, url: str, keys: SecretKeys = NO_KEYS) -> "Database":
        """Open and migrate; secrets are encrypted with the first key.

        Raise InvalidDatabaseUrl, NewerSchema, or SecretKeyError if a key that was used is missing.
        """
        connections = connect(url, keys)
        try:
            upgrade(connections.engine)
            encrypt_secrets_once(connections.engine)
            write_planner_statistics(connections.engine)
        except BaseException:
            connections.close()
            raise
        return cls(connections)

    @property
    def url(self) -> str:
        """The address of the database, with its password."""
        return self._connections.engine.url.render_as_string(hide_password=False)

    def store(self, code: str) -> "StoreDatabase":
        """Return the database of one store."""
        return StoreDatabase(self._connections, code)

    async def access_read(self, work: Callable[[AccessReader], T]) -> T:
        """Run work that reads data outside of stores: administrators, keys, settings."""
        return await self._connections.read(lambda connection: work(AccessReader(connection)))

    async def access_write(self, work: Callable[[Access], T]) -> T:
        """Run work that changes data outside of stores, in one transaction."""
        return await self._connections.write(lambda connection: work(Access(connection)))

    async def take_unstarted(self, *, now: datetime, limit: int, again_after: timedelta) -> list[Unstarted]:
        """Return overdue events of any store, and hide them for a while."""
        return await self._connections.write(
            lambda connection: take_unstarted(connection, now=now, limit=limit, again_after=again_after)
        )

    async def take_overdue_deliveries(
        self, *, now: datetime, limit: int, again_after: timedelta
    ) -> list[OverdueDelivery]:
        """Return deliveries of any store whose next attempt is overdue, and hide them for a while."""
        return await self._connections.write(
            lambda connection: take_overdue_deliveries(connection, now=now, limit=limit, again_after=again_after)
        )

    async def take_waiting_resends(self, *, now: datetime, again_after: timedelta) -> list[ResendRef]:
        """Return the running jobs of any store whose workflow should be checked, and hide them for a while."""
        return await self._connections.write(
            lambda connection: take_waiting_resends(connection, now=now, again_after=again_after)
        )

    async def take_waiting_notice_moves(self, *, now: datetime, again_after: timedelta) -> list[str]:
        """Return the stores with notices to move, whose workflow may not run, and hide them for a while."""
        return await self._connections.write(
            lambda connection: take_waiting_notice_moves(connection, now=now, again_after=again_after)
        )

    async def delete_answers(self, *, before: datetime, limit: int) -> int:
        """Delete at most `limit` responses of any store that were stored for an Idempotency-Key; return how many."""
        return await self._connections.write(lambda connection: delete_answers(connection, before=before, limit=limit))

    async def take_imports(self, *, now: datetime) -> list[ImportToStart]:
        """Return the imports of any store whose workflow should run and may not, and hide them for a while."""
        return await self._connections.write(lambda connection: take_imports(connection, now=now))

    async def delete_old_imports(self, *, files_before: datetime, all_before: datetime, limit: int) -> int:
        """Delete files of imports that ended long ago, and imports that ended even longer ago; return how many rows."""
        return await self._connections.write(
            lambda connection: delete_old_imports(
                connection, files_before=files_before, all_before=all_before, limit=limit
            )
        )

    async def take_exports(self, *, now: datetime) -> list[ExportToStart]:
        """Return the exports of any store whose workflow should run and may not, and hide them for a while."""
        return await self._connections.write(lambda connection: take_exports(connection, now=now))

    async def delete_old_exports(self, *, before: datetime, limit: int) -> int:
        """Delete exports that ended long ago; return how many chunks of their files."""
        return await self._connections.write(
            lambda connection: delete_old_exports(connection, before=before, limit=limit)
        )

    async def delete_old_drafts(self, *, before: datetime, limit: int) -> int:
        """Remove drafts of any store that were last changed before a moment; return how many."""
        return await self._connections.write(
            lambda connection: delete_old_drafts(connection, before=before, limit=limit)
        )

    async def blocked_members(self, events: Sequence[EventRef]) -> set[str]:
        """Return the members of these events whose queue begins with another event."""
        members, ids = {event.member for event in events}, [event.id for event in events]
        return await self._connections.read(lambda connection: blocked_members(connection, members, ids))

    async def assign(self, store: str, event_ids: Sequence[str], owner: str, *, instead_of: Sequence[str]) -> list[str]:
        """Make a workflow the owner of queued events without one, or with one of `instead_of`; return which."""
        return await self._connections.write(
            lambda connection: assign(connection, store, event_ids, owner, instead_of=instead_of)
        )

    async def leave_to_relay(
        self, store: str, event_ids: Sequence[str], *, owners: Sequence[str], now: datetime
    ) -> None:
        """Let the relay check queued events now, if they have no owner or one of `owners`."""
        await self._connections.write(
            lambda connection: leave_to_relay(connection, store, event_ids, owners=owners, now=now)
        )

    async def stores_with_overdue_items(self, *, due_before: datetime) -> list[str]:
        """Return the stores with an item that was due before a moment and can be run."""
        return await self._connections.read(
            lambda connection: stores_with_overdue_items(connection, due_before=due_before)
        )

    async def stores_to_count(self) -> list[str]:
        """Return the stores with waiting notes to count."""
        return await self._connections.read(stores_to_count)

    async def stores_with_due_items(self) -> list[str]:
        """Return the stores with a due item that is not set aside, at any date."""
        return await self._connections.read(stores_with_due_items)

    async def encrypt_all_secrets(self) -> int:
        """Encrypt every secret with the first key; return how many were changed."""
        return await self._connections.write(encrypt_all)

    async def answers(self) -> bool:
        """Return whether the database can be read now."""
        try:
            async with asyncio.timeout(2):
                await self._connections.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
        except Exception:  # noqa: BLE001 - any failure means that it cannot be read
            return False
        return True

    async def open_erasures(self, *, limit: int) -> Sequence[tuple[str, str]]:
        """Return store and member of anonymisations that are not finished."""
        return await self._connections.read(lambda connection: open_erasures(connection, limit=limit))

    async def open_merges(self, *, limit: int) -> Sequence[MergeRef]:
        """Return merges of any store that are not done."""
        return await self._connections.read(lambda connection: open_merges(connection, limit=limit))

    async def remove_details(
        self, store: str, *, settled_before: datetime, after: Place | None, limit: int, now: datetime
    ) -> RemovedPage:
        """Remove the details of old events of a store, for one page of those received after a place."""
        return await self._connections.write(
            lambda connection: remove_details(
                connection, store, settled_before=settled_before, after=after, limit=limit, now=now
            )
        )

    async def remove_audit_entries(self, store: str, *, before: datetime, limit: int) -> int:
        """Remove the oldest audit log entries of a store, and of no store; return how many."""
        return await self._connections.write(
            lambda connection: remove_audit_entries(connection, store, before=before, limit=limit)
        )

    async def note_that_it_can_write(self, *, now: datetime) -> None:
        """Write one small row, always the same; raise the database's error if it cannot be written."""
        await self.access_write(lambda access: access.set_setting(LAST_WRITE_CHECK, now.isoformat()))

    async def free_bytes(self) -> int | None:
        """Return the free bytes on the disk of SQLite's file; None on PostgreSQL, which does not report them."""
        file = self._connections.engine.url.database
        if self._connections.engine.dialect.name != "sqlite" or not file:
            return None
        return await self._connections.read(lambda _: shutil.disk_usage(Path(file).parent).free)

    async def backlog(self, *, late_before: datetime) -> Mapping[str, Backlog]:
        """Return the backlog of each store; due items are late if they were due before a moment."""
        return await self._connections.read(lambda connection: read_backlog(connection, late_before=late_before))

    def close(self) -> None:
        """Finish the running work, and close the connections."""
        self._connections.close()


class StoreDatabase:
    """Reads and writes of one store."""

    def __init__(self, connections: Connections, store: str) -> None:
        self._connections = connections
        self._store = store

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one transaction, which is rolled back if the work raises.

        Work that raises ConcurrentInsert runs again, at most `MAX_TRIES` times; then its refusal is raised, or itself.
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

    async def read(self, work: Callable[[ReadTransaction], T]) -> T:
        """Run work in a transaction that cannot write."""
        return await self._connections.read(partial(_run_read, work, self._store))


def _run(work: Callable[[Transaction], T], store: str, connection: Connection) -> T:
    return work(Transaction(connection, store))


def _run_read(work: Callable[[ReadTransaction], T], store: str, connection: Connection) -> T:
    return work(ReadTransaction(connection, store))
