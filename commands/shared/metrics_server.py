"""Serve metrics to Prometheus: on a separate port and thread, which respond even while the event loop is busy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from threading import Thread
from time import perf_counter
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server

from commands.shared.errors import CommandError
from telemetry.metrics import BUILD, LOOP_LAG_SECONDS, REGISTRY
from workflows.system_metrics import SystemCollector
from workflows.system_state import SystemMonitor

LAG_INTERVAL = 1.0


class MetricsPortError(CommandError):
    """Metrics cannot be served at their address; the message says which option chooses another."""


@dataclass(frozen=True, slots=True)
class MetricsAddress:
    """Where metrics are served. `port` None: nowhere."""

    host: str
    port: int | None


NO_METRICS = MetricsAddress("", None)


@asynccontextmanager
async def serving_metrics(monitor: SystemMonitor, address: MetricsAddress) -> AsyncIterator[None]:
    """Serve the metrics of this process until the block ends; without a port do nothing. Raise MetricsPortError."""
    if address.port is None:
        yield
        return
    BUILD.labels(version("laurel")).set(1)
    state = SystemCollector(monitor, asyncio.get_running_loop(), lambda: datetime.now(UTC))
    REGISTRY.register(state)
    lag = asyncio.create_task(_measure_lag(), name="event loop lag")
    try:
        server, thread = _start(address.host, address.port)
        try:
            yield
        finally:
            await asyncio.to_thread(server.shutdown)
            server.server_close()
            await asyncio.to_thread(thread.join)
    finally:
        lag.cancel()
        await asyncio.gather(lag, return_exceptions=True)
        REGISTRY.unregister(state)


def _start(host: str, port: int) -> tuple[WSGIServer, Thread]:
    try:
        return start_http_server(port, addr=host, registry=REGISTRY)
    except OSError as error:
        message = f"metrics cannot be served at {host}:{port} ({error.strerror}): choose another --metrics-port"
        raise MetricsPortError(message) from None


async def _measure_lag() -> None:
    while True:
        began = perf_counter()
        await asyncio.sleep(LAG_INTERVAL)
        LOOP_LAG_SECONDS.observe(max(0.0, perf_counter() - began - LAG_INTERVAL))
