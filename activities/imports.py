"""Read imports: page after page of lines, each page applied once, in one transaction."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

import structlog
from temporalio import activity

from database import Database, Transaction
from database.programs import Programs
from database.transaction import ReadTransaction
from loyalty.ids import new_id
from loyalty.imports.applying import AppliedPage, PageContext, apply_lines
from loyalty.imports.lines import ReadLine, read_line
from loyalty.imports.records import RecordPage, read_records
from loyalty.program.program import Program
from loyalty.references import EventRef, ImportProgress, ImportRef
from loyalty.store.imports import StoredImport
from rules.storable import storable_text
from telemetry.metrics import count_accepted_events

StartBatch: TypeAlias = Callable[[str, Sequence[EventRef]], Awaitable[None]]

READ_SECONDS = 2.0
"""After this time an activity starts no further page, so that it ends long before its timeout."""

MOST_BEHIND = 8
"""The most pages with unsettled events before another is read, so that an import does not crowd out live events."""

LONGEST_BEHIND_SECONDS = 30.0
"""An event unsettled after this time waits for something else, so the import continues."""

_PAUSE_SECONDS = 0.05

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Behind:
    """The last event of each unsettled page, and when it was stored."""

    events: list[tuple[str, float]] = field(default_factory=list)


class ImportActivities:
    """The activities of an import's workflow."""

    def __init__(self, database: Database, programs: Programs, start_batch: StartBatch) -> None:
        self._database = database
        self._programs = programs
        self._start_batch = start_batch

    @activity.defn
    async def read_import(self, ref: ImportRef) -> ImportProgress:
        """Apply the next lines of an import, for a while; return the progress. Idempotent."""
        until = time.monotonic() + READ_SECONDS
        behind = _Behind()
        while True:
            found = await self._database.store(ref.store).read(lambda tx: tx.imports.get(ref.id))
            if found is None:
                return ImportProgress("cancelled")
            if found.status not in ("queued", "running") or time.monotonic() >= until:
                return _progress(found)
            if len(behind.events) >= MOST_BEHIND and not await self._catch_up(ref.store, behind):
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            await self._read_page(ref, found, behind)

    @activity.defn
    async def fail_import(self, ref: ImportRef, error: str) -> None:
        """Set an import aside, with the reason, until it is retried by request."""
        now = datetime.now(UTC)
        await self._database.store(ref.store).write(
            lambda tx: tx.imports.change(
                ref.id, "failed", since=("queued", "running"), now=now, error=storable_text(error)
            )
        )

    async def _catch_up(self, store: str, behind: _Behind) -> bool:
        """Drop settled pages; return whether another page may be read."""
        ids = [event_id for event_id, _ in behind.events]
        settled = await self._database.store(store).read(lambda tx: tx.events.settled(ids))
        oldest = time.monotonic() - LONGEST_BEHIND_SECONDS
        behind.events = [(each, at) for each, at in behind.events if each not in settled and at > oldest]
        return len(behind.events) < MOST_BEHIND

    async def _read_page(self, ref: ImportRef, found: StoredImport, behind: _Behind) -> None:
        now = datetime.now(UTC)
        revision, program = await self._programs.current(ref.store)
        page = await self._database.store(ref.store).read(partial(_records, found))
        lines = await asyncio.to_thread(_read_lines, page, found, program, now)
        batch_id = f"batch/{ref.store}/{new_id()}"

        def apply(tx: Transaction) -> AppliedPage | None:
            if not tx.imports.advance(found, page.place, is_end=page.is_end, now=now):
                return None  # it was paused, or another attempt read this page
            applied = apply_lines(PageContext(tx, program, revision, batch_id, now), found.type, lines)
            tx.imports.add_lines(found.id, applied.lines, now=now)
            return applied

        applied = await self._database.store(ref.store).write(apply)
        if applied is None or not applied.to_start:
            return
        count_accepted_events(ref.store, len(applied.to_start))
        behind.events.append((applied.to_start[-1].id, time.monotonic()))
        try:
            await self._start_batch(batch_id, applied.to_start)
        except Exception as error:  # noqa: BLE001 - the events are stored: the relay has them run
            log.warning("events left to the relay", batch=batch_id, because=str(error)[:200])


def _records(found: StoredImport, tx: ReadTransaction) -> RecordPage:
    return read_records(
        lambda offset: tx.imports.piece(found.id, offset),
        found.place,
        quoted=found.layout.format == "csv",
        delimiter=found.layout.delimiter,
    )


def _read_lines(page: RecordPage, found: StoredImport, program: Program, now: datetime) -> list[ReadLine]:
    return [read_line(record, found.layout, found.type, program, now=now) for record in page.records]


def _progress(found: StoredImport) -> ImportProgress:
    return ImportProgress(
        found.status, found.read, found.done, found.repeated, found.refused, found.place.offset, found.size
    )
