"""Events on their way to their workflows. They are stored already: what fails here, the relay does later."""

import asyncio
import time
from collections.abc import Sequence

import structlog

from activities.references import EventRef
from api.services import StartEvent

LONGEST_START = 2.0
"""Seconds that a client waits for a workflow to be started."""

PAUSE = 5.0
"""Seconds for which, after a failure, events are left to the relay, so that no client waits in vain again."""

log = structlog.get_logger(__name__)


class Starter:
    """Starts workflows, and never fails."""

    def __init__(self, start_event: StartEvent) -> None:
        self._start_event = start_event
        self._paused_until = 0.0

    async def start(self, events: Sequence[EventRef]) -> None:
        """Start the workflows of stored events, one after the other, in the order they happened."""
        if time.monotonic() < self._paused_until:
            return
        try:
            async with asyncio.timeout(LONGEST_START):
                for event in events:
                    await self._start_event(event)
        except Exception as error:  # noqa: BLE001 - the event is safe: whatever fails here, the relay does
            self._paused_until = time.monotonic() + PAUSE
            why = str(error) or type(error).__name__
            log.warning("event left to the relay", events=[event.id for event in events], because=why)
