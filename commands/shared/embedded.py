"""All of Laurel on one machine: database, worker and API in this process, Temporal in a child process."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from temporalio.client import Client

import worker
from commands.shared import temporal_server
from commands.shared.admin import ADMIN, apply_given_password, renew_command_line_key, set_admin_password
from commands.shared.data_folder import RUNNING_FILE, lock, write_private
from commands.shared.errors import CommandError
from commands.shared.metrics_server import NO_METRICS, MetricsAddress, serving_metrics
from commands.shared.pulled import pulled_revision
from commands.shared.secret_keys import keys_of_folder
from commands.shared.serving import services, serving
from commands.shared.settings import Settings
from commands.shared.temporal_server import TemporalServer
from database import Database
from database.programs import Programs
from database.revisions import NotPulled
from loyalty.losses import NO_CONSENT, DeployConsent
from program_files import read_program
from workflows.search_attributes import register_search_attributes
from workflows.starter import wake_clocks
from workflows.system_state import SystemMonitor

log = structlog.get_logger()

HOST = "127.0.0.1"


class PortError(CommandError):
    """A port that Laurel cannot listen on; the message says which option chooses another."""


@dataclass(frozen=True)
class Ports:
    """The ports to listen on."""

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
    new_password: str | None
    """The admin's password, if it was generated at this start."""
    password_notice: str | None
    """A notice about the given password, if the operator must know it."""
    not_deployed: str | None
    """Why the given program was not deployed, if its folder lacks edits of the console."""

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def ui_url(self) -> str:
        """Where Temporal's UI answers."""
        return f"http://{HOST}:{self.ports.ui}"


@dataclass(frozen=True, slots=True)
class ProgramToDeploy:
    """The program that a start deploys."""

    files: Mapping[str, bytes] | None
    """None: the program in force stays, and a new data folder gets `example`."""
    example: Mapping[str, bytes]
    read_from: Path | None = None
    """The folder of the files. If it lacks what was edited in the console, the program in force stays."""
    consent: DeployConsent = NO_CONSENT
    """What members may lose by the deploy."""


@asynccontextmanager
async def running(
    program: ProgramToDeploy,
    *,
    folder: Path,
    ports: Ports,
    settings: Settings,
    show_docs: bool = True,
    metrics: MetricsAddress = NO_METRICS,
) -> AsyncIterator[Laurel]:
    """Run Laurel until the block ends.

    Raise ProgramFaults, UnnamedLosses, DataFolderError, PortError, TemporalError or ServingError, with nothing running.
    """
    settings.start_tracing()
    with lock(folder, settings) as database_url:
        await _require_free(ports)
        database = Database.open(database_url, keys_of_folder(folder, settings))
        try:
            programs = Programs(database)
            in_force = await _deploy(database, programs, program)
            password, notice = await _admin_password(database, folder, settings)
            async with _temporal(folder, ports) as client:
                laurel = Laurel(
                    ports,
                    in_force.store,
                    in_force.revision,
                    database,
                    programs,
                    client,
                    password,
                    notice,
                    in_force.not_deployed,
                )
                async with _api_and_worker(laurel, settings, metrics, show_docs=show_docs):
                    await wake_clocks(database, client)
                    await _write_running_file(folder, ports, database)
                    yield laurel
        finally:
            (folder / RUNNING_FILE).unlink(missing_ok=True)
            database.close()


@asynccontextmanager
async def _api_and_worker(
    laurel: Laurel, settings: Settings, metrics: MetricsAddress, *, show_docs: bool
) -> AsyncIterator[None]:
    """Run the API, the worker and the metrics of a Laurel until the block ends."""
    monitor = SystemMonitor(laurel.database, laurel.client)
    working = worker.WorkerDependencies(
        laurel.database,
        laurel.programs,
        laurel.client,
        settings.webhook_allow,
        settings.keep,
        settings.keep_audit_log,
    )
    needed = services(
        laurel.database,
        laurel.programs,
        laurel.client,
        monitor,
        allow=settings.webhook_allow,
        temporal_ui=laurel.ui_url,
        in_flight=working.in_flight,
        queue=working.queue,
        show_docs=show_docs,
    )
    serve = serving(needed, host=HOST, port=laurel.ports.api, proxies=settings.trusted_proxies)
    async with serving_metrics(monitor, metrics), worker.running(working), serve:
        yield


@dataclass(frozen=True, slots=True)
class _InForce:
    store: str
    revision: int
    not_deployed: str | None = None


async def _deploy(database: Database, programs: Programs, wanted: ProgramToDeploy) -> _InForce:
    """Put the given program in force; return what is in force."""
    stores = await database.access_read(lambda access: access.stores())
    if wanted.files is None and stores:
        number, _ = await programs.current(stores[0])
        return _InForce(stores[0], number)
    given = wanted.files or wanted.example
    pulled: int | None = None
    if wanted.read_from is not None:
        pulled = pulled_revision(wanted.read_from, (await asyncio.to_thread(read_program, given)).store)
    try:
        program, number, is_new = await programs.deploy(given, by="laurel up", pulled=pulled, consent=wanted.consent)
    except NotPulled as behind:
        store = (await asyncio.to_thread(read_program, given)).store
        return _InForce(store, (await programs.current(store))[0], str(behind))
    if is_new:
        log.info("program deployed", store=program.store, revision=number)
    return _InForce(program.store, number)


async def _admin_password(database: Database, folder: Path, settings: Settings) -> tuple[str | None, str | None]:
    """Ensure that the admin has a password; return it if it was just generated, and a notice about it."""
    kept = folder / "admin-password"
    if settings.admin_password is not None:
        notice = await apply_given_password(database, settings.admin_password)
        kept.unlink(missing_ok=True)
        return None, notice
    if await database.access_read(lambda access: access.admins.named(ADMIN)):
        return None, None
    password = secrets.token_urlsafe(12)
    write_private(kept, password)
    await set_admin_password(database, password)
    return password, None


@asynccontextmanager
async def _temporal(folder: Path, ports: Ports) -> AsyncIterator[Client]:
    """A client of a Temporal server in a child process, which is restarted when it dies."""
    supervisor = _Supervisor(folder, ports)
    await supervisor.start()
    watch = asyncio.create_task(supervisor.watch(), name="temporal")
    try:
        client = await worker.connect_to(f"{HOST}:{ports.temporal}")
        await register_search_attributes(client)
        yield client
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await supervisor.stop()


class _Supervisor:
    """Restarts the Temporal server when it dies."""

    def __init__(self, folder: Path, ports: Ports) -> None:
        self._folder = folder
        self._file = folder / "temporal.db"
        self._ports = ports
        self._server: TemporalServer | None = None

    async def start(self) -> None:
        """Start the server, with a new database if its own is damaged: workers restore what was in flight."""
        try:
            self._server = await self._start()
        except temporal_server.DamagedDatabase as damaged:
            aside = temporal_server.move_aside(self._file, now=datetime.now(UTC))
            log.warning("temporal's database is damaged and moved aside", to=str(aside), because=str(damaged))
            self._server = await self._start()

    async def _start(self) -> TemporalServer:
        return await temporal_server.start(
            port=self._ports.temporal, ui_port=self._ports.ui, file=self._file, log=self._folder / "temporal.log"
        )

    async def watch(self) -> None:
        """Restart the server when it dies; clients and workers reconnect by themselves."""
        while True:
            if self._server is not None:
                code = await self._server.ended()
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


async def _write_running_file(folder: Path, ports: Ports, database: Database) -> None:
    """Write the URL of the API and a key for it to the data folder, for other commands."""
    key = await renew_command_line_key(database)
    write_private(folder / RUNNING_FILE, json.dumps({"url": f"http://{HOST}:{ports.api}", "key": key}))


async def _require_free(ports: Ports) -> None:
    """Raise PortError for a port that is taken, before anything is started."""
    wanted = {"--port": ports.api, "--temporal-port": ports.temporal, "--ui-port": ports.ui}
    if len(set(wanted.values())) < len(wanted):
        raise PortError(f"{', '.join(wanted)} must be three different ports")
    for option, port in wanted.items():
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.close()
            raise PortError(f"port {port} is taken: choose another with {option}")
