"""The activity that moves one page of waiting notices to where the settings and the program in force put them."""

from datetime import datetime

from temporalio import activity

from database import Database
from database.programs import Programs
from loyalty.engine.notices import is_moved, move_page, waits_until
from loyalty.references import NoticeProgress


class NoticeActivities:
    """Pages of the job, each in one transaction that also stores the progress: idempotent."""

    def __init__(self, database: Database, programs: Programs) -> None:
        self._database = database
        self._programs = programs

    @activity.defn(name="move_notices")
    async def move_notices(self, store: str, now: datetime) -> NoticeProgress:
        """Move the next notices of a store; return the progress, and when to continue."""
        _, program = await self._programs.current(store)
        move = await self._database.store(store).write(lambda tx: move_page(tx.settings, program, now=now))
        if move is None or is_moved(move):
            return NoticeProgress() if move is None else NoticeProgress(move.looked_at, move.moved)
        begins_at = waits_until(move, now=now)
        wait = 0.0 if begins_at is None else (begins_at - now).total_seconds()
        return NoticeProgress(move.looked_at, move.moved, wait)
