"""Events on their way to their workflows. They are stored already: what fails here, the relay does later."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
from temporalio.service import RPCError, RPCStatusCode

from loyalty.references import EventRef

StartEvent: TypeAlias = Callable[[EventRef], Awaitable[None]]

LONGEST_START = 2.0
"""Seconds that a client waits for a workflow to be started."""

MOST_FAILURES = 3
"""Starts that may fail in a row, in whatever way, before Temporal counts as away: under load one is slow at times."""

PAUSE = 5.0
"""Seconds for which events are left to the relay while Temporal is away, so that no client waits in vain."""

log = structlog.get_logger(__name__)


class Starter:
    """Starts workflows, and never fails."""

    def __init__(self, start_event: StartEvent) -> None:
        self._start_event = start_event
        self._failures = 0
        self._paused_until = 0.0

    async def start(self, events: Sequence[EventRef]) -> None:
        """Start the workflows of stored events, one after the other, in the order they happened."""
        if not events or time.monotonic() < self._paused_until:
            return
        try:
            async with asyncio.timeout(LONGEST_START):
                for event in events:
                    await self._start_event(event)
        except Exception as error:  # noqa: BLE001 - the event is safe: whatever fails here, the relay does
            self._failures += 1
            if self._failures >= MOST_FAILURES or _is_away(error):
                self._paused_until = time.monotonic() + PAUSE
            why = str(error) or type(error).__name__
            log.warning("event left to the relay", events=[event.id for event in events], because=why)
        else:
            self._failures = 0


def _is_away(error: Exception) -> bool:
    """Whether an error says that nobody is there, rather than that one start went wrong."""
    if isinstance(error, RPCError):
        return error.status is RPCStatusCode.UNAVAILABLE
    return isinstance(error, ConnectionError)
