"""Delete what has been kept long enough: responses for Idempotency-Keys, imports, exports and drafts."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from database import Database

INTERVAL = timedelta(hours=1)
"""Pause between two rounds, unless the last one deleted a full page."""

KEPT_FOR = timedelta(days=30)
"""How long a response is kept for a repeated request."""

FILES_KEPT_FOR = timedelta(days=7)
"""How long the file of an import or export is kept after its end; also the file of an incomplete upload."""

IMPORTS_KEPT_FOR = timedelta(days=30)
"""How long the results of an import's lines are kept: refused lines contain names."""

DRAFTS_KEPT_FOR = timedelta(days=180)
"""How long a draft of a program is kept without a change by its author."""

PAGE = 500
"""Rows deleted in one transaction, so that none holds the database for long."""

SHORT_PAUSE = timedelta(seconds=1)

log = structlog.get_logger(__name__)


async def run_cleanup(database: Database) -> None:
    """Clean up until cancelled; an error of the database is logged, and retried in the next round."""
    while True:
        deleted = 0
        try:
            now = datetime.now(UTC)
            deleted = max(
                [
                    await delete(database, now=now)
                    for delete in (delete_old_answers, delete_old_imports, delete_old_exports, delete_old_drafts)
                ]
            )
        except Exception as error:  # noqa: BLE001 - the database is away: it comes back
            log.warning("cleanup waits", because=str(error)[:200])
        await asyncio.sleep((INTERVAL if deleted < PAGE else SHORT_PAUSE).total_seconds())


async def delete_old_answers(database: Database, *, now: datetime) -> int:
    """Delete a page of responses that have been kept long enough; return how many."""
    return await database.delete_answers(before=now - KEPT_FOR, limit=PAGE)


async def delete_old_imports(database: Database, *, now: datetime) -> int:
    """Delete a page of rows of imports that ended long enough ago; return how many."""
    return await database.delete_old_imports(
        files_before=now - FILES_KEPT_FOR, all_before=now - IMPORTS_KEPT_FOR, limit=PAGE
    )


async def delete_old_exports(database: Database, *, now: datetime) -> int:
    """Delete a page of chunks of exports that ended long enough ago; return how many."""
    return await database.delete_old_exports(before=now - FILES_KEPT_FOR, limit=PAGE)


async def delete_old_drafts(database: Database, *, now: datetime) -> int:
    """Delete a page of drafts that were not changed for long enough; return how many."""
    return await database.delete_old_drafts(before=now - DRAFTS_KEPT_FOR, limit=PAGE)
