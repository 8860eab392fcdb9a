"""Deleting what has been kept long enough: answers for Idempotency-Keys."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from database import Database

INTERVAL = timedelta(hours=1)
"""Pause between two looks, unless the last one deleted a full page."""

KEPT_FOR = timedelta(days=30)
"""How long an answer is kept for a repeated request."""

PAGE = 500
"""Rows deleted in one transaction, so that none holds the database for long."""

SHORT_PAUSE = timedelta(seconds=1)

log = structlog.get_logger(__name__)


async def run_cleanup(database: Database) -> None:
    """Clean up until cancelled; an error of the database is logged, and the next look tries again."""
    while True:
        deleted = 0
        try:
            deleted = await delete_old_answers(database, now=datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - the database is away: it comes back
            log.warning("cleanup waits", because=str(error)[:200])
        await asyncio.sleep((INTERVAL if deleted < PAGE else SHORT_PAUSE).total_seconds())


async def delete_old_answers(database: Database, *, now: datetime) -> int:
    """Delete a page of answers that have been kept long enough; return how many."""
    return await database.delete_answers(before=now - KEPT_FOR, limit=PAGE)
