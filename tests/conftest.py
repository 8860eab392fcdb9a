"""Real parts for every test: SQLite and PostgreSQL, a Temporal server, programs from files."""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from temporalio.client import Client

import worker
from benchmarks import postgres
from commands.shared import temporal_server
from database import Database
from database.migrate import upgrade
from tests.kit.receiver import Receiver

settings.register_profile("laurel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laurel")  # how long an example takes depends on what else the machine does

IN_MEMORY = Path("/dev/shm")
"""Where a database for each test is made and dropped several times faster than on a disk."""


@pytest.fixture(scope="session", autouse=True)
def _patient_batches() -> Iterator[None]:
    """Give events that tests run without a workflow the time that they take on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("activities.events.EARLIER_BATCH_SECONDS", 60.0)
        yield


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
    """The URL pattern of a PostgreSQL server on a socket, for `.format(name=database)`."""
    settings = ("fsync=off", "full_page_writes=off", "autovacuum=off", "max_connections=60")
    with postgres.serving(*settings, inside=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else postgres.TEMPORARY) as url:
        yield url.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/{name}?")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The address pattern of a server that has a migrated database named `migrated`."""
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


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated database in a SQLite file."""
    file = tmp_path / "laurel.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_database_url(postgres_template: str) -> Iterator[str]:
    """A fresh, migrated database on PostgreSQL."""
    name = f"test_{time.monotonic_ns()}"
    _sql(postgres_template, f"CREATE DATABASE {name} TEMPLATE migrated STRATEGY FILE_COPY")
    yield postgres_template.format(name=name)
    _sql(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database on each kind of server."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind, open."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_database_url: str) -> Iterator[Database]:
    """A fresh SQLite database, for tests that are not about the database."""
    opened = Database.open(sqlite_database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def temporal_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Temporal dev server for each process of tests: workers of two processes would share a task queue."""
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
    return await worker.connect_to(temporal_address)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real HTTP server that records what it is sent."""
    with Receiver() as started:
        yield started
