"""Deleting what has been kept long enough: answers for Idempotency-Keys, imports, exports and drafts."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from database import Database

INTERVAL = timedelta(hours=1)
"""Pause between two looks, unless the last one deleted a full page."""

KEPT_FOR = timedelta(days=30)
"""How long an answer is kept for a repeated request."""

FILES_KEPT_FOR = timedelta(days=7)
"""How long the file of an import or export is kept after its end, and one that was never complete."""

IMPORTS_KEPT_FOR = timedelta(days=30)
"""How long it is kept what came of the lines of an import: refused ones have names in them."""

DRAFTS_KEPT_FOR = timedelta(days=180)
"""How long a draft of a program is kept that its author does not change."""

PAGE = 500
"""Rows deleted in one transaction, so that none holds the database for long."""

SHORT_PAUSE = timedelta(seconds=1)

log = structlog.get_logger(__name__)


async def run_cleanup(database: Database) -> None:
    """Clean up until cancelled; an error of the database is logged, and the next look tries again."""
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
    """Delete a page of answers that have been kept long enough; return how many."""
    return await database.delete_answers(before=now - KEPT_FOR, limit=PAGE)


async def delete_old_imports(database: Database, *, now: datetime) -> int:
    """Delete a page of what belongs to imports that ended long enough ago; return how many rows."""
    return await database.delete_old_imports(
        files_before=now - FILES_KEPT_FOR, all_before=now - IMPORTS_KEPT_FOR, limit=PAGE
    )


async def delete_old_exports(database: Database, *, now: datetime) -> int:
    """Delete a page of what belongs to exports that ended long enough ago; return how many chunks."""
    return await database.delete_old_exports(before=now - FILES_KEPT_FOR, limit=PAGE)


async def delete_old_drafts(database: Database, *, now: datetime) -> int:
    """Delete a page of drafts that were not changed for long enough; return how many."""
    return await database.delete_old_drafts(before=now - DRAFTS_KEPT_FOR, limit=PAGE)
