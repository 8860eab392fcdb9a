"""A Laurel to be tried: its processes, and the faults that it can meet."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeAlias
from uuid import uuid4

from benchmarks import postgres
from benchmarks.audit import PROGRAM
from benchmarks.chaos.disk import Disk
from benchmarks.chaos.processes import ChaosError, Running, kept_running
from benchmarks.chaos.proxy import Proxy, proxied
from benchmarks.processor_time import children
from commands.shared import temporal_server

LAUREL = str(Path(sys.executable).with_name("laurel"))
PASSWORD = "chaos-" + uuid4().hex
APIS, WORKERS = 2, 2
UP_SECONDS = 90.0
CUT_SECONDS, LAG_SECONDS, FROZEN_SECONDS, FULL_SECONDS = 2.0, 4.0, 4.0, 4.0

Fault: TypeAlias = Callable[[Random], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Installation:
    """A running Laurel: where its APIs and its database are, and what can happen to it."""

    urls: Sequence[str]
    database: str
    processes: Sequence[Running]
    kills: Mapping[str, Fault]
    """Ends of processes, by what is printed of them."""
    faults: Mapping[str, Fault]
    """What else goes wrong for a while."""

    @property
    def slow_stops(self) -> list[str]:
        """Which process took too long to stop."""
        return [f"the stop of {each.name} took {took}" for each in self.processes for took in each.slow_stops]


@asynccontextmanager
async def together(folder: Path, disk: Disk | None) -> AsyncIterator[Installation]:
    """`laurel up`: API and worker in one process, which keeps a Temporal server, on SQLite."""
    port, temporal_port, ui_port = (temporal_server.free_port() for _ in range(3))
    ports = ["--port", str(port), "--temporal-port", str(temporal_port), "--ui-port", str(ui_port)]
    data = (disk.folder if disk else folder) / "data"
    command = [LAUREL, "up", "--program", str(write_program(folder)), "--data", str(data), *ports]
    laurel = Running("laurel", command, _environment(), folder / "laurel.log")

    async def kill_temporal(_luck: Random) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(await _child(laurel), signal.SIGKILL)  # `laurel up` starts it again

    kills = {**_ends(laurel), "SIGKILL Temporal": kill_temporal}
    faults = {**_frozen(laurel), **_full(disk)}
    async with kept_running(laurel):
        yield Installation([f"http://127.0.0.1:{port}"], f"sqlite:///{data}/laurel.db", [laurel], kills, faults)


@asynccontextmanager
async def apart(folder: Path, disk: Disk | None) -> AsyncIterator[Installation]:
    """Several `laurel api` and `laurel worker`, a Temporal server and PostgreSQL, with proxies between them."""
    async with AsyncExitStack() as stack:
        inside = disk.folder if disk else Path("/tmp")  # short, since a socket is in it
        files = stack.enter_context(postgres.cluster("max_connections=200", inside=inside))
        server = [str(part) for part in files.command]
        database = Running("PostgreSQL", server, {}, folder / "postgres.log", files.user, signal.SIGINT)
        temporal_port = temporal_server.free_port()
        listen = temporal_server.arguments(port=temporal_port, ui_port=None, file=folder / "temporal.db")
        temporal = Running("Temporal", [temporal_server.binary(), *listen], {}, folder / "temporal.log")
        await stack.enter_async_context(kept_running(database, temporal))
        await asyncio.to_thread(postgres.wait_until_ready, files.url, database.log)
        to_database = await stack.enter_async_context(proxied(files.socket))
        to_temporal = await stack.enter_async_context(proxied(temporal_port))
        environment = {
            **_environment(),
            "LAUREL_DATABASE_URL": f"postgresql://laurel@127.0.0.1:{to_database.port}/postgres",
            "TEMPORAL_ADDRESS": f"127.0.0.1:{to_temporal.port}",
        }
        deploy = [LAUREL, "deploy", str(write_program(folder))]
        deploying = Running("deploy", deploy, environment, folder / "deploy.log")
        if await deploying.run_once() != 0:
            raise ChaosError(f"the program could not be deployed\n{deploying.last_words()}")
        ports = [temporal_server.free_port() for _ in range(APIS)]
        apis = [_laurel(f"API {n}", ["api", "--port", str(port)], environment, folder) for n, port in enumerate(ports)]
        workers = [_laurel(f"worker {n}", ["worker"], environment, folder) for n in range(WORKERS)]
        await stack.enter_async_context(kept_running(*apis, *workers))
        every = [database, temporal, *apis, *workers]
        kills = {name: fault for each in every for name, fault in _ends(each).items()}
        faults = {
            **{name: fault for each in (*apis, *workers) for name, fault in _frozen(each).items()},
            **_broken("PostgreSQL", to_database),
            **_broken("Temporal", to_temporal),
            **_full(disk),
        }
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        yield Installation(urls, files.url, every, kills, faults)


def _laurel(name: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Running:
    return Running(name, [LAUREL, *arguments], environment, folder / f"{name}.log")


def _environment() -> dict[str, str]:
    return {"LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}


def _ends(victim: Running) -> dict[str, Fault]:
    async def kill(luck: Random) -> None:
        await victim.kill(away=luck.uniform(0, 2))

    async def stop(luck: Random) -> None:
        await victim.stop(away=luck.uniform(0, 2))

    return {f"SIGKILL {victim.name}": kill, f"{victim.stop_signal.name} {victim.name}": stop}


def _frozen(victim: Running) -> dict[str, Fault]:
    async def freeze(luck: Random) -> None:
        await victim.freeze(seconds=luck.uniform(0.5, FROZEN_SECONDS))

    return {f"{victim.name} stands still": freeze}


def _broken(server: str, proxy: Proxy) -> dict[str, Fault]:
    async def cut(luck: Random) -> None:
        await proxy.cut(luck.uniform(0, CUT_SECONDS))

    async def delay(luck: Random) -> None:
        await proxy.delay(luck.uniform(1, LAG_SECONDS), lag=luck.uniform(0.05, 0.5))

    return {f"connections to {server} are cut": cut, f"connections to {server} are slow": delay}


def _full(disk: Disk | None) -> dict[str, Fault]:
    async def fill(given: Disk, luck: Random) -> None:
        await given.fill(luck.uniform(1, FULL_SECONDS))

    return {} if disk is None else {"the disk of the database is full": partial(fill, disk)}


async def _child(parent: Running) -> int:
    """The process that a process has started, once there is one."""
    async with asyncio.timeout(UP_SECONDS):
        while True:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if parent.process is not None and (found := children(parent.process.pid)):
                    return found[0]
            await asyncio.sleep(0.1)


def write_program(folder: Path) -> Path:
    """Write the program that chaos runs; return its folder."""
    program = folder / "program"
    for name, text in PROGRAM.items():
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_text(text)
    return program
