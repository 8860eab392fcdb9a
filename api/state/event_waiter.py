"""Wait until events are applied or failed: one query for all waiting clients, at growing intervals.

A worker in the same process wakes the clients of the events that it settles at once.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from activities.member_queue import MemberQueue
from database import Database

FIRST_PAUSE = 0.02
"""Seconds before the first check of an event: few are applied sooner."""

GROWTH = 1.5

LONGEST_PAUSE = 1.0

TICK = 0.02
"""Seconds between two queries: what is due within them is looked up together."""

MAX_WAITING = 1000
"""The most events that are waited for at once, so that waiting clients cannot exhaust the process."""

PAGE = 500
"""Events in one query."""

log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Waiting:
    """A client that waits for an event."""

    store: str
    event_id: str
    settled: asyncio.Event
    pause: float = FIRST_PAUSE
    next_look: float = 0.0
    """By the event loop's clock."""


class EventWaiter:
    """Waits for events. A waiting client holds no thread and no transaction, only its connection."""

    def __init__(self, database: Database, queue: MemberQueue) -> None:
        self._database = database
        self._queue = queue
        self._waiting: set[_Waiting] = set()
        self._loop: asyncio.Task[None] | None = None

    @property
    def is_full(self) -> bool:
        """Whether the maximum number of clients waits."""
        return len(self._waiting) >= MAX_WAITING

    async def settled(self, store: str, event_id: str, *, seconds: float) -> bool:
        """Wait until an event is applied or failed; return False if it is not within a number of seconds."""
        with self._queue.end_of(event_id) as settled:
            first_look = asyncio.get_running_loop().time() + FIRST_PAUSE
            waiting = _Waiting(store, event_id, settled, next_look=first_look)
            self._waiting.add(waiting)
            if self._loop is None or self._loop.done():
                self._loop = asyncio.create_task(self._look_until_nobody_waits(), name="waiting for events")
            try:
                async with asyncio.timeout(seconds):
                    await settled.wait()
            except TimeoutError:
                return False
            finally:
                self._waiting.discard(waiting)
        return True

    async def _look_until_nobody_waits(self) -> None:
        while self._waiting:
            await asyncio.sleep(TICK)
            now = asyncio.get_running_loop().time()
            due = [each for each in self._waiting if each.next_look <= now]
            for each in due:
                each.pause = min(each.pause * GROWTH, LONGEST_PAUSE)
                each.next_look = now + each.pause
            try:
                await self._look(due)
            except SQLAlchemyError as error:
                log.warning("waiting clients are not answered yet", because=str(error.__cause__ or error)[:200])

    async def _look(self, due: list[_Waiting]) -> None:
        """Wake the clients whose event is settled."""
        for store in sorted({each.store for each in due}):
            here = [each for each in due if each.store == store]
            for first in range(0, len(here), PAGE):
                page = here[first : first + PAGE]
                settled = await self._settled(store, {each.event_id for each in page})
                for each in page:
                    if each.event_id in settled:
                        each.settled.set()

    async def _settled(self, store: str, ids: Iterable[str]) -> set[str]:
        return await self._database.store(store).read(lambda tx: tx.events.settled(ids))
