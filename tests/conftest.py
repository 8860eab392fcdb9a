"""Real parts for every test: SQLite and PostgreSQL, a Temporal server, programs from files."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from temporalio.client import Client

from commands import temporal_server
from database import Database
from database.migrate import upgrade
from tests.receiver import Receiver

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = create_engine(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own on a socket, as a user who is not root; the address without a database."""
    programs = _postgres_programs()
    if programs is None:
        reason = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="laurel-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        data = folder / "data"
        as_user = {"user": user} if os.geteuid() == 0 else {}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "laurel", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **as_user,
        )
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=60"]
        options = [part for setting in settings for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options], stdout=log, stderr=log, cwd=folder, **as_user
            )
        try:
            _wait_for(folder / ".s.PGSQL.5432", server)
            yield f"postgresql+psycopg://laurel@/{{name}}?host={folder}"
        finally:
            server.terminate()
            server.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The address pattern of a server that has a migrated database named `template`."""
    _sql(postgres_server, "CREATE DATABASE migrated")
    engine = create_engine(postgres_server.format(name="migrated"))
    upgrade(engine)
    engine.dispose()
    return postgres_server


def _sql(server: str, statement: str) -> None:
    engine = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database on each kind of server."""
    if request.param == "sqlite":
        yield from _sqlite(request, tmp_path)
        return
    server: str = request.getfixturevalue("postgres_template")
    name = f"test_{time.monotonic_ns()}"
    _sql(server, f"CREATE DATABASE {name} TEMPLATE migrated")
    yield server.format(name=name)
    _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def _sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "laurel.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), file)
    yield f"sqlite:///{file}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind, open."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database, for tests that are not about the database."""
    (url,) = _sqlite(request, tmp_path)
    opened = Database.open(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def temporal_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Temporal dev server for the whole session."""
    folder = tmp_path_factory.mktemp("temporal")
    with asyncio.Runner() as runner:
        server = runner.run(
            temporal_server.start(port=temporal_server.free_port(), file=folder / "temporal.db", log=folder / "log")
        )
        yield server.address
        runner.run(server.stop())


@pytest.fixture
async def temporal(temporal_address: str) -> Client:
    """A client of the session's Temporal server."""
    return await Client.connect(temporal_address)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server that records what it is sent."""
    with Receiver() as started:
        yield started


def _postgres_programs() -> Path | None:
    """The folder of PostgreSQL's server programs, the newest version first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    found = [*debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in found if (folder / "initdb").exists()), None)


def _wait_for(socket: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if socket.exists():
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL did not start: {(socket.parent / 'log').read_text(errors='replace')[-500:]}")
