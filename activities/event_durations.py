"""Metrics of events: the time from being stored until everything that they cause is applied, and their outcome."""

from datetime import UTC, datetime

from telemetry.metrics import count_settled_event

MOST = 10_000
"""The most events in progress whose start is remembered; further ones are not timed."""


class EventDurations:
    """Remembers when the events in progress were stored. After a restart they are counted, not timed."""

    def __init__(self) -> None:
        self._received: dict[str, datetime] = {}

    def begin(self, event_id: str, received_at: datetime) -> None:
        """Remember when an event was stored that is not applied yet."""
        if event_id not in self._received and len(self._received) >= MOST:
            del self._received[next(iter(self._received))]
        self._received[event_id] = received_at

    def applied(self, store: str, event_id: str, received_at: datetime | None) -> None:
        """Count an event that is applied now; `received_at` None: use the time given to `begin`, if any."""
        begun = self._received.pop(event_id, received_at)
        seconds = None if begun is None else max(0.0, (datetime.now(UTC) - begun).total_seconds())
        count_settled_event(store, "applied", seconds)

    def failed(self, store: str, event_id: str) -> None:
        """Count an event that failed."""
        self._received.pop(event_id, None)
        count_settled_event(store, "failed", None)
