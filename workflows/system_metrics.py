"""The state of the system as metrics, read at each scrape."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from database.backlog import Backlog, Waiting
from telemetry.metrics import bounded_store
from workflows.system_state import SystemMonitor, SystemState

PATIENCE = timedelta(seconds=5)
"""How long a scrape waits for the event loop; after it the state is omitted, and `laurel_state_known` is 0."""

OF_THE_SYSTEM: Mapping[str, str] = {
    "laurel_state_known": "1 if the following could be read; 0 if the event loop did not answer within five seconds.",
    "laurel_database_up": "1 if the database answers.",
    "laurel_database_writable": "1 if a transaction was committed within a second; 0 if not.",
    "laurel_database_free_bytes": "Free bytes on the disk of SQLite's file; absent on PostgreSQL.",
    "laurel_temporal_up": "1 if Temporal answers.",
    "laurel_workers": "Processes that poll the task queue, as Temporal knows them; absent if it does not answer.",
}
"""Metrics without a label."""

OF_STORES: Mapping[str, tuple[str, Callable[[Backlog, datetime], float]]] = {
    "laurel_events_pending": (
        "Events that are accepted and not applied.",
        lambda backlog, _: backlog.events.number,
    ),
    "laurel_events_pending_oldest_age_seconds": (
        "Age of the oldest of them; 0 if there is none.",
        lambda backlog, now: _age(backlog.events, now),
    ),
    "laurel_due_items_late": (
        "Due items that should have been run ten seconds ago or earlier.",
        lambda backlog, _: backlog.late_due_items.number,
    ),
    "laurel_due_items_late_oldest_age_seconds": (
        "How late the first of them is; 0 if there is none.",
        lambda backlog, now: _age(backlog.late_due_items, now),
    ),
    "laurel_due_items_set_aside": (
        "Due items that met an error, and wait to be tried again by hand.",
        lambda backlog, _: backlog.due_items_set_aside,
    ),
    "laurel_deliveries_pending": (
        "Webhooks that are neither delivered nor given up.",
        lambda backlog, _: backlog.pending_deliveries,
    ),
    "laurel_deliveries_overdue": (
        "Those of them whose next attempt should have been made ten seconds ago or earlier.",
        lambda backlog, _: backlog.overdue_deliveries.number,
    ),
    "laurel_deliveries_overdue_oldest_age_seconds": (
        "How long the first of them has been overdue; 0 if there is none.",
        lambda backlog, now: _age(backlog.overdue_deliveries, now),
    ),
    "laurel_subscriptions_disabled": (
        "Webhook subscriptions that were disabled, since their endpoint failed.",
        lambda backlog, _: backlog.subscriptions_disabled,
    ),
}
"""Metrics by store, each with the attribute of what waits in it."""

CLOCK_RUNNING = (
    "laurel_clock_running",
    "1 if the workflow of the store's clock runs; only of stores that have due items.",
)


class SystemCollector(Collector):
    """Metrics of the state of the system, requested by a thread beside the event loop."""

    def __init__(self, monitor: SystemMonitor, loop: asyncio.AbstractEventLoop, now: Callable[[], datetime]) -> None:
        self._monitor = monitor
        self._loop = loop
        self._now = now

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Return the metrics without values: registering reads nothing."""
        for name, text in OF_THE_SYSTEM.items():
            yield GaugeMetricFamily(name, text)
        for name, (text, _) in OF_STORES.items():
            yield GaugeMetricFamily(name, text, labels=["store"])
        yield GaugeMetricFamily(*CLOCK_RUNNING, labels=["store"])

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the metrics as of now; without the event loop, only that the state is unknown."""
        state = self._state()
        if state is None:
            yield GaugeMetricFamily("laurel_state_known", OF_THE_SYSTEM["laurel_state_known"], 0)
            return
        yield from _of_the_system(state)
        yield from _of_stores(state.backlog or {}, self._now())
        family = GaugeMetricFamily(*CLOCK_RUNNING, labels=["store"])
        for store, is_running in state.clocks.items():
            family.add_metric([bounded_store(store)], float(is_running))
        yield family

    def _state(self) -> SystemState | None:
        asked = asyncio.run_coroutine_threadsafe(self._monitor.state(), self._loop)
        try:
            return asked.result(PATIENCE.total_seconds())
        except Exception:  # noqa: BLE001 - the event loop is busy or ends: a scrape shows what it can
            asked.cancel()
            return None


def _of_the_system(state: SystemState) -> Iterator[GaugeMetricFamily]:
    values: Mapping[str, float | None] = {
        "laurel_state_known": 1,
        "laurel_database_up": float(state.is_readable),
        "laurel_database_writable": float(bool(state.is_writable)),
        "laurel_database_free_bytes": state.free_bytes,
        "laurel_temporal_up": float(state.has_temporal),
        "laurel_workers": state.workers,
    }
    for name, value in values.items():
        if value is not None:
            yield GaugeMetricFamily(name, OF_THE_SYSTEM[name], value)


def _of_stores(backlog: Mapping[str, Backlog], now: datetime) -> Iterator[GaugeMetricFamily]:
    for name, (text, value_of) in OF_STORES.items():
        family = GaugeMetricFamily(name, text, labels=["store"])
        values: dict[str, float] = {}
        for store, of_store in backlog.items():
            label = bounded_store(store)
            value = value_of(of_store, now)
            values[label] = max(values.get(label, 0), value) if "_age_" in name else values.get(label, 0) + value
        for label, value in values.items():
            family.add_metric([label], value)
        yield family


def _age(waiting: Waiting, now: datetime) -> float:
    return 0.0 if waiting.since is None else max(0.0, (now - waiting.since).total_seconds())
