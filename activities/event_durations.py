"""How long events take from being stored until all that they cause is applied, and how they end, as metrics."""

from datetime import UTC, datetime

from telemetry.metrics import count_settled_event

MOST = 10_000
"""Events in progress whose beginning is remembered; of further ones it is not known how long they take."""


class EventDurations:
    """Remembers when the events in progress were stored. A restart forgets it: such events are counted, not timed."""

    def __init__(self) -> None:
        self._received: dict[str, datetime] = {}

    def begin(self, event_id: str, received_at: datetime) -> None:
        """Remember when an event was stored that is not applied yet."""
        if event_id not in self._received and len(self._received) >= MOST:
            del self._received[next(iter(self._received))]
        self._received[event_id] = received_at

    def applied(self, store: str, event_id: str, received_at: datetime | None) -> None:
        """Count an event that is applied now; `received_at` None: if it is known at all, it was said before."""
        begun = self._received.pop(event_id, received_at)
        seconds = None if begun is None else max(0.0, (datetime.now(UTC) - begun).total_seconds())
        count_settled_event(store, "applied", seconds)

    def failed(self, store: str, event_id: str) -> None:
        """Count an event that failed."""
        self._received.pop(event_id, None)
        count_settled_event(store, "failed", None)
