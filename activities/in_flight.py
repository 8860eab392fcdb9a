"""Admission control: how many events this process answers at once.

An event whose workflow starts in the process that accepted it ("eager start") costs Temporal half as much as one that
waits in the task queue. So a report waits for a free slot before its workflow starts, and no queue builds up.
"""

import asyncio

from telemetry.metrics import EVENTS_IN_FLIGHT

MAX_IN_FLIGHT = 96
"""Enough for many events to share a commit of the database; few enough for each to be answered within seconds."""

MAX_WAIT_SECONDS = 1.0
"""Longest wait for a slot; after it the event's workflow starts through the task queue."""

MAX_HOLD_SECONDS = 10.0
"""A slot is freed after this time: its event may be retried for long, or answered by another process."""


class InFlightLimiter:
    """A semaphore of slots, one for each event in flight."""

    def __init__(self, slots: int = MAX_IN_FLIGHT) -> None:
        self._free = asyncio.Semaphore(slots)
        self._releases: dict[str, asyncio.TimerHandle] = {}

    async def acquire(self, event_id: str) -> bool:
        """Take a slot for an event; False if none is free within MAX_WAIT_SECONDS."""
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            return False
        EVENTS_IN_FLIGHT.inc()
        self._releases[event_id] = asyncio.get_running_loop().call_later(MAX_HOLD_SECONDS, self.release, event_id)
        return True

    def release(self, event_id: str) -> None:
        """Free the slot of an event, if it holds one."""
        if (timer := self._releases.pop(event_id, None)) is not None:
            timer.cancel()
            EVENTS_IN_FLIGHT.dec()
            self._free.release()
