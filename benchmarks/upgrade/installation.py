"""The processes of one Laurel, by the code of an earlier commit, and then by this tree's, on the same data."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from benchmarks import postgres
from benchmarks.served import Served
from commands.shared import temporal_server

TREE = Path(__file__).parents[2]
STOP_SECONDS = 30.0
RUN_LAUREL = "import sys; from cli import main; sys.exit(main())"


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """A worktree of a commit, in a folder that goes with the block."""
    with tempfile.TemporaryDirectory(prefix="laurel-upgrade-") as name:
        folder = Path(name) / "tree"
        subprocess.run(["git", "-C", TREE, "worktree", "add", "--quiet", "--detach", folder, commit], check=True)
        try:
            yield folder
        finally:
            subprocess.run(["git", "-C", TREE, "worktree", "remove", "--force", folder], check=False)


@dataclass
class Installation:
    """Data, ports and settings that both versions use."""

    folder: Path
    program: Path
    database: str
    """The URL of its database."""
    temporal: str
    """The address of its Temporal server."""
    is_apart: bool
    environment: Mapping[str, str]
    api_port: int = field(default_factory=temporal_server.free_port)
    ui_port: int = field(default_factory=temporal_server.free_port)

    @contextmanager
    def running(self, tree: Path, name: str, *, kill: bool) -> Iterator[Served]:
        """Laurel by the code of a tree, logged in; it is ended with the block, by SIGTERM or SIGKILL."""
        here = Served(f"http://127.0.0.1:{self.api_port}", self.environment["LAUREL_ADMIN_PASSWORD"])
        if self.is_apart:
            self._run(tree, "deploy", str(self.program))
        with ExitStack() as stack:
            processes = [stack.enter_context(self._started(tree, name, command)) for command in self._commands()]
            here.log_in()
            yield here
            _end(processes, kill=kill)

    def _commands(self) -> Sequence[Sequence[str]]:
        port = ("--port", str(self.api_port))
        if self.is_apart:
            return [("api", *port), ("worker",), ("worker",)]
        temporal = ("--temporal-port", self.temporal.rpartition(":")[2], "--ui-port", str(self.ui_port))
        return [("up", "--program", str(self.program), "--data", str(self.folder / "data"), *port, *temporal)]

    def _run(self, tree: Path, *arguments: str) -> None:
        subprocess.run([sys.executable, "-c", RUN_LAUREL, *arguments], check=True, **self._how(tree))

    @contextmanager
    def _started(self, tree: Path, name: str, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-c", RUN_LAUREL, *arguments]
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self._how(tree))
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _how(self, tree: Path) -> dict[str, object]:
        return {"cwd": tree, "env": {**os.environ, **self.environment, "PYTHONPATH": str(tree)}}


def _end(processes: Sequence[subprocess.Popen[bytes]], *, kill: bool) -> None:
    for process in processes:
        process.kill() if kill else process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, until - time.monotonic()))


@contextmanager
def installed(program: Mapping[str, str], *, on_postgres: bool) -> Iterator[Installation]:
    """A place for Laurel's data: SQLite in a folder, or PostgreSQL and a Temporal server that keep running."""
    with tempfile.TemporaryDirectory(prefix="laurel-upgrade-") as name, ExitStack() as stack:
        folder = Path(name)
        for file, text in program.items():
            (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "program" / file).write_text(text)
        port = temporal_server.free_port()
        environment = {"LAUREL_ADMIN_PASSWORD": "upgrade-" + uuid4().hex, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
        url = f"sqlite:///{folder}/data/laurel.db"
        if on_postgres:
            url = stack.enter_context(postgres.serving("max_connections=100"))
            stack.enter_context(_temporal(port, folder))
            environment |= {"LAUREL_DATABASE_URL": url, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
        yield Installation(folder, folder / "program", url, f"127.0.0.1:{port}", on_postgres, environment)


@contextmanager
def _temporal(port: int, folder: Path) -> Iterator[None]:
    listen = temporal_server.arguments(port=port, ui_port=None, file=folder / "temporal.db")
    with (folder / "temporal.log").open("ab") as log:
        server = subprocess.Popen([temporal_server.binary(), *listen], stdout=log, stderr=log)
    try:
        yield
    finally:
        server.kill()
        server.wait()
