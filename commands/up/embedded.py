"""Everything on one machine, in one process and one child: database, Temporal, worker and API."""

import asyncio
import contextlib
import json
import secrets
import signal
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from temporalio.client import Client

import worker
from commands.shared import serving, temporal_server
from commands.shared.data_folder import ANNOUNCED, EmbeddedError, held, write_private
from commands.shared.settings import Settings
from commands.shared.temporal_server import TemporalServer
from database import Database
from database.programs import Programs
from workflows.search_attributes import register_search_attributes
from workflows.starter import wake_clocks

log = structlog.get_logger()

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    api: int
    temporal: int
    ui: int


@dataclass(frozen=True)
class Laurel:
    """A running Laurel."""

    ports: Ports
    store: str
    revision: int
    database: Database
    programs: Programs
    client: Client
    made_password: str | None
    """The admin's password, the first time, if none was given."""

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def ui_url(self) -> str:
        """Where Temporal's UI answers."""
        return f"http://{HOST}:{self.ports.ui}"


@asynccontextmanager
async def running(
    *,
    files: Mapping[str, bytes] | None,
    example: Mapping[str, bytes],
    folder: Path,
    ports: Ports,
    settings: Settings,
) -> AsyncIterator[Laurel]:
    """Laurel at work until the block ends.

    `files` is the program to deploy; without it the one in force stays, and a new data folder gets `example`.
    Raise ProgramFaults, EmbeddedError, TemporalError or ServingError: then nothing is left running.
    """
    with held(folder, settings) as database_url:
        await _need_free(ports)
        database = Database.open(database_url)
        try:
            programs = Programs(database)
            store, revision = await _deploy(database, programs, files, example)
            password = await _admin_password(database, folder, settings)
            async with _temporal(folder, ports) as client:
                working = worker.WorkerDependencies(database, programs, client, settings.webhook_allow)
                needed = serving.services(
                    database,
                    programs,
                    client,
                    allow=settings.webhook_allow,
                    temporal_ui=f"http://{HOST}:{ports.ui}",
                    in_flight=working.in_flight,
                )
                async with worker.running(working), serving.serving(needed, host=HOST, port=ports.api):
                    await wake_clocks(database, client)
                    await _announce(folder, ports, database)
                    yield Laurel(ports, store, revision, database, programs, client, password)
        finally:
            (folder / ANNOUNCED).unlink(missing_ok=True)
            database.close()


async def _deploy(
    database: Database, programs: Programs, files: Mapping[str, bytes] | None, example: Mapping[str, bytes]
) -> tuple[str, int]:
    """Put the given program in force, or find the one that is."""
    stores = await database.access_read(lambda access: access.stores())
    if files is None and stores:
        number, _ = await programs.current(stores[0])
        return stores[0], number
    program, number, is_new = await programs.deploy(files or example, by="laurel up")
    if is_new:
        log.info("program deployed", store=program.store, revision=number)
    return program.store, number


async def _admin_password(database: Database, folder: Path, settings: Settings) -> str | None:
    """See to it that the admin has a password; answer it if it was made up just now."""
    kept = folder / "admin-password"
    if settings.admin_password is not None:
        await serving.set_admin_password(database, settings.admin_password)
        kept.unlink(missing_ok=True)
        return None
    if await database.access_read(lambda access: access.admin(serving.ADMIN)):
        return None
    password = secrets.token_urlsafe(12)
    write_private(kept, password)
    await serving.set_admin_password(database, password)
    return password


@asynccontextmanager
async def _temporal(folder: Path, ports: Ports) -> AsyncIterator[Client]:
    """A Temporal server that is started again whenever it dies, and a client of it."""
    keeper = _Keeper(folder, ports)
    await keeper.start()
    watch = asyncio.create_task(keeper.watch(), name="temporal")
    try:
        client = await worker.connect_to(f"{HOST}:{ports.temporal}")
        await register_search_attributes(client)
        yield client
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await keeper.stop()


class _Keeper:
    """Keeps a Temporal server up."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._folder = folder
        self._ports = ports
        self._server: TemporalServer | None = None

    async def start(self) -> None:
        self._server = await temporal_server.start(
            port=self._ports.temporal,
            ui_port=self._ports.ui,
            file=self._folder / "temporal.db",
            log=self._folder / "temporal.log",
        )

    async def watch(self) -> None:
        """Start the server again whenever it dies: clients and workers find it by themselves."""
        while True:
            if self._server is not None:
                code = await self._server.process.wait()
                log.warning("temporal died and is started again", code=code)
                self._server = None
            await asyncio.sleep(0.5)
            try:
                await self.start()
            except temporal_server.TemporalError as error:
                log.warning("temporal does not start", because=str(error))

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()


async def _announce(folder: Path, ports: Ports, database: Database) -> None:
    """Leave, for the command line, where Laurel answers and a key for it."""
    key = await serving.make_command_line_key(database)
    write_private(folder / ANNOUNCED, json.dumps({"url": f"http://{HOST}:{ports.api}", "key": key}))


async def until_asked_to_stop(meanwhile: Coroutine[Any, Any, None] | None = None) -> None:
    """Wait for Ctrl-C or a polite end from outside; what runs meanwhile ends with it, and ends it where it raises."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(asked.wait())]
    if meanwhile is not None:
        tasks.append(asyncio.create_task(meanwhile))
    ended, going_on = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in going_on:
        task.cancel()
    await asyncio.gather(*going_on, return_exceptions=True)
    for task in ended:
        task.result()


async def _need_free(ports: Ports) -> None:
    """Raise EmbeddedError for a port that is taken, before anything is made or started."""
    wanted = {"--port": ports.api, "--temporal-port": ports.temporal, "--ui-port": ports.ui}
    if len(set(wanted.values())) < len(wanted):
        raise EmbeddedError(f"{', '.join(wanted)} must be three different ports")
    for option, port in wanted.items():
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.close()
            raise EmbeddedError(f"port {port} is taken: choose another with {option}")
