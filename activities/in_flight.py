"""The events that this process is answering: only so many at once.

An event is begun in the process that accepted it when its worker has a place free; it costs Temporal half as much as
one that waits at the server for a place. So acceptance keeps pace with the answers, and nothing piles up.
"""

import asyncio

MAX_IN_FLIGHT = 96
"""Enough for many events to share a commit of the database; few enough for each to be answered within seconds."""

LONGEST_WAIT = 1.0
"""Seconds that acceptance waits for a place; after them the event goes the long way."""

LONGEST_STAY = 10.0
"""Seconds after which a place is free again, whatever became of its event: it may be held up, or answered elsewhere."""


class InFlightLimiter:
    """Places for events that are being answered."""

    def __init__(self, places: int = MAX_IN_FLIGHT) -> None:
        self._free = asyncio.Semaphore(places)
        self._leaves: dict[str, asyncio.TimerHandle] = {}

    async def enter(self, event_id: str) -> bool:
        """Take a place for an event; False where none comes free in time."""
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self._free.acquire()
        except TimeoutError:
            return False
        self._leaves[event_id] = asyncio.get_running_loop().call_later(LONGEST_STAY, self.leave, event_id)
        return True

    def leave(self, event_id: str) -> None:
        """Free the place of an event, if it has one."""
        if (due := self._leaves.pop(event_id, None)) is not None:
            due.cancel()
            self._free.release()
