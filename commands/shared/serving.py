"""Serve an ASGI app: uvicorn in the event loop of the whole process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from temporalio.client import Client

from activities.in_flight import InFlightLimiter
from activities.member_queue import MemberQueue
from api.app import create_app
from api.state.services import Services
from commands.shared.bounded_http import BOUNDS, BoundedHttpProtocol, Bounds, OpenConnections, raise_file_limit
from commands.shared.errors import CommandError
from console.app import add_console
from database import Database
from database.programs import Programs
from loyalty.webhooks.addresses import Network
from workflows.clock_state import TemporalClocks
from workflows.starter import batch_starter, limited_start
from workflows.system_state import SystemMonitor

CLOSE_WITHIN = 3
"""Seconds that requests in progress have when the API stops; then their connections are closed."""


class ServingError(CommandError):
    """The API cannot be served; the message says why and what to do."""


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the block that serves decides when it ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def services(
    database: Database,
    programs: Programs,
    client: Client,
    monitor: SystemMonitor,
    *,
    allow: tuple[Network, ...],
    temporal_ui: str | None,
    in_flight: InFlightLimiter | None = None,
    queue: MemberQueue | None = None,
    show_docs: bool = True,
) -> Services:
    """Return what the API needs. `in_flight` and `queue` are those of a worker in this process.

    With them workflows start eagerly, and clients that wait for an event are answered as soon as it is applied.
    """
    return Services(
        database=database,
        programs=programs,
        start_event=limited_start(client, in_flight),
        start_batch=batch_starter(client, "events that were reported together"),
        allow=allow,
        system_state=monitor.state,
        clocks=TemporalClocks(client),
        queue=queue or MemberQueue(),
        temporal_ui=temporal_ui,
        show_docs=show_docs,
    )


@asynccontextmanager
async def serving(needed: Services, *, host: str, port: int, proxies: tuple[Network, ...] = ()) -> AsyncIterator[None]:
    """Serve the API and the console until the block ends; the client address of trusted proxies is used."""
    async with serving_app(add_console(create_app(needed)), host=host, port=port, proxies=proxies):
        yield


@asynccontextmanager
async def serving_app(
    app: Any, *, host: str, port: int, bounds: Bounds = BOUNDS, proxies: tuple[Network, ...] = ()
) -> AsyncIterator[None]:
    """Serve an ASGI app until the block ends; requests in progress are finished. Raise ServingError."""
    connections = OpenConnections(raise_file_limit(bounds), proxies)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=partial(BoundedHttpProtocol, connections),  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",
        log_config=None,  # as `telemetry.logs` set it
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=[str(network) for network in proxies],
        timeout_graceful_shutdown=CLOSE_WITHIN,
    )
    server = _Server(config)
    serve = asyncio.create_task(_serve(server, port), name="api")
    sweep = asyncio.create_task(connections.sweep(), name="overdue connections")
    try:
        while not server.started and not serve.done():
            await asyncio.sleep(0.02)
        if serve.done():
            await serve
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(serve, return_exceptions=True)
        sweep.cancel()


async def _serve(server: uvicorn.Server, port: int) -> None:
    try:
        await server.serve()
    except SystemExit:  # uvicorn's way to say that it cannot listen
        raise ServingError(f"port {port} is taken: choose another with --port") from None
