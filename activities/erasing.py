"""The activity that erases a member's personal data, once everything in flight is applied."""

import asyncio
from datetime import datetime

import structlog
from temporalio import activity

from database import Database, ReadTransaction, StoreDatabase, Transaction
from database.personal_data.erasing import PersonalPage, erase_last, erase_page, find_personal, person_of
from database.personal_data.kept_rows import Person
from database.programs import Programs
from loyalty.events.operations import OperationContext
from loyalty.members.anonymising import record_anonymised
from loyalty.program.program import Program
from loyalty.references import ErasurePass

SECONDS = 4.0
"""After this time an activity starts no further page, so that it ends long before its timeout."""

PAUSE = 0.02
"""Seconds between two pages, during which other transactions run."""

log = structlog.get_logger(__name__)


class ErasingActivities:
    """Erases the personal data of members who were closed to be anonymised."""

    def __init__(self, database: Database, programs: Programs) -> None:
        self._database = database
        self._programs = programs

    @activity.defn(name="erase_member")
    async def erase_member(self, done: ErasurePass, now: datetime) -> ErasurePass:
        """Erase for a few seconds, and return the progress; what is erased already is skipped.

        While events accepted before are in flight, nothing is erased, and the result has `waits`.
        """
        store = self._database.store(done.store)
        if not await store.read(lambda tx: _is_reached(tx, done.member)):
            return ErasurePass(done.store, done.member, done.rows, waits=True)
        erasing = _Erasing(store, done, now)
        revision, program = await self._programs.current(done.store)
        until = asyncio.get_running_loop().time() + SECONDS
        while asyncio.get_running_loop().time() < until:
            if await erasing.next_page():
                await asyncio.sleep(PAUSE)
            elif await store.write(lambda tx: _finish(tx, done.member, program, revision, now)):
                log.info("a member is anonymised", store=done.store, member=done.member, rows=erasing.rows)
                return ErasurePass(done.store, done.member, erasing.rows, is_done=True)
        return ErasurePass(done.store, done.member, erasing.rows)


class _Erasing:
    """Erases a member page by page, from the first section to the last one, and again."""

    def __init__(self, store: StoreDatabase, done: ErasurePass, now: datetime) -> None:
        self._store = store
        self._member = done.member
        self._now = now
        self._section = 0
        self.rows = done.rows

    async def next_page(self) -> bool:
        """Erase the next page; return False if there was none from here to the last section."""
        found = await self._store.read(self._find)
        if found is None:
            self._section = 0
            return False
        person, page = found
        await self._store.write(lambda tx: erase_page(tx.connection, person, page, now=self._now))
        self._section, self.rows = page.number, self.rows + len(page.keys)
        return True

    def _find(self, tx: ReadTransaction) -> tuple[Person, PersonalPage] | None:
        person = person_of(tx.connection, tx.store, self._member)
        page = find_personal(tx.connection, person, begin=self._section)
        return None if page is None else (person, page)


def _is_reached(tx: ReadTransaction, member_id: str) -> bool:
    """Return whether everything accepted before the member was closed is applied, or failed."""
    erasure = tx.erasures.of(member_id)
    marker = None if erasure is None else tx.events.queue_state(erasure.event)
    return marker is not None and marker.status in ("applied", "failed")


def _finish(tx: Transaction, member_id: str, program: Program, revision: int, now: datetime) -> bool:
    """Erase the row of the member, and record the event that they are anonymised; False: more is left.

    The relay starts the workflow of that event.
    """
    operation = OperationContext(tx, program, revision, now, "system")
    operation.lock_members(member_id)
    erasure = tx.erasures.of(member_id)
    if erasure is None or erasure.erased_at is not None:
        return True
    if not erase_last(tx.connection, person_of(tx.connection, tx.store, member_id)):
        return False
    tx.erasures.finish(member_id, now=now)
    record_anonymised(operation, erasure)
    return True
