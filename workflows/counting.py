"""Count the changes recorded by triggers into the figures of their days, beside the workflows of a worker."""

import asyncio
from datetime import timedelta

import structlog

from database import Database
from database.programs import Programs

INTERVAL = timedelta(seconds=2)
"""Pause between two rounds, unless the last one counted a full page."""

SHORT_PAUSE = timedelta(milliseconds=50)
"""Pause after a full page, so that live events can run in between."""

PAGE = 1_000
"""Recorded changes counted in one transaction, so that none holds the database for long."""

log = structlog.get_logger(__name__)


async def run_counting(database: Database, programs: Programs) -> None:
    """Count until cancelled; an error is logged, and retried in the next round."""
    while True:
        counted = 0
        try:
            for store in await database.stores_to_count():
                counted = max(counted, await count_page(database, programs, store))
        except Exception as error:  # noqa: BLE001 - the database is away: it comes back
            log.warning("counting waits", because=str(error)[:200])
        await asyncio.sleep((SHORT_PAUSE if counted >= PAGE else INTERVAL).total_seconds())


async def count_page(database: Database, programs: Programs, store: str) -> int:
    """Count a page of recorded changes of a store, in the time zone of its program; return how many.

    Nothing is counted while the program in force cannot be read, since the days are unknown then.
    """
    try:
        _, program = await programs.current(store)
    except Exception as error:  # noqa: BLE001 - other stores are counted
        log.warning("figures wait", store=store, because=str(error)[:200])
        return 0
    return await database.store(store).write(
        lambda tx: tx.figures.count(program.zone, limit=PAGE, achievements=program.achievements)
    )
