"""Connections to SQLite and PostgreSQL: run jobs, plain functions of a connection, in threads.

SQLite has one writer, a thread that commits many jobs at once; PostgreSQL has a pool.
"""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from database.measuring import TransactionKind, measured
from database.secret_keys import NO_KEYS, SecretKeys, options
from database.sqlite_writer import SqliteWriter

T = TypeVar("T")
Job = Callable[[Connection], T]

SQLITE_READERS = 4
POSTGRES_POOL_SIZE = 8


class InvalidDatabaseUrl(ValueError):
    """A database URL that is invalid, or of a database that Laurel does not support; the message says the cure."""


class Connections(ABC):
    """An open database. A job that returns is committed; one that raises is rolled back."""

    engine: Engine

    @abstractmethod
    async def write(self, job: Job[T]) -> T:
        """Run a job in a transaction of its own; return its result once it is committed."""

    @abstractmethod
    async def read(self, job: Job[T]) -> T:
        """Run a job in a transaction in which the database refuses to write; return its result."""

    @abstractmethod
    def close(self) -> None:
        """Finish the running jobs, and close the connections."""


def connect(url: str, keys: SecretKeys = NO_KEYS) -> Connections:
    """Open `sqlite:///path` or `postgresql://...`; raise InvalidDatabaseUrl for another URL."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise InvalidDatabaseUrl(f"LAUREL_DATABASE_URL is not a database address: {error}") from None
    match address.get_backend_name():
        case "sqlite":
            return SqliteConnections(address, keys)
        case "postgresql":
            return PostgresConnections(address.set(drivername="postgresql+psycopg"), keys)
        case other:
            raise InvalidDatabaseUrl(
                f"LAUREL_DATABASE_URL names {other}: use sqlite:///file or postgresql://user@host/name"
            )


class PostgresConnections(Connections):
    """A pool of connections, with a thread for each."""

    def __init__(self, address: URL, keys: SecretKeys) -> None:
        self.engine = create_engine(
            address,
            hide_parameters=True,
            pool_size=POSTGRES_POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=True,
            execution_options=options(keys),
        )
        self._read_only = self.engine.execution_options(postgresql_readonly=True)  # the same pool
        self._threads = ThreadPoolExecutor(POSTGRES_POOL_SIZE, thread_name_prefix="postgres")

    async def write(self, job: Job[T]) -> T:
        return await self._run(self.engine, job, "write")

    async def read(self, job: Job[T]) -> T:
        return await self._run(self._read_only, job, "read")

    async def _run(self, engine: Engine, job: Job[T], kind: TransactionKind) -> T:
        return await asyncio.wrap_future(self._threads.submit(_run_in, engine, job, kind, perf_counter()))

    def close(self) -> None:
        self._threads.shutdown()
        self.engine.dispose()


def _run_in(engine: Engine, job: Job[T], kind: TransactionKind, submitted: float) -> T:
    with measured(kind, submitted), engine.begin() as connection:
        return job(connection)


class SqliteConnections(Connections):
    """One writer thread and a few reader threads."""

    def __init__(self, address: URL, keys: SecretKeys) -> None:
        self.engine = create_engine(
            address,
            hide_parameters=True,
            poolclass=NullPool,
            execution_options=options(keys),
            connect_args={"check_same_thread": False, "timeout": 30},
        )
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _begin)
        self._writer = SqliteWriter(self._writing)
        self._readers = ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="sqlite-read")
        self._local = threading.local()
        self._opened: list[Connection] = []

    async def write(self, job: Job[T]) -> T:
        return await self._writer.write(job)

    async def read(self, job: Job[T]) -> T:
        return await asyncio.wrap_future(self._readers.submit(self._read, job, perf_counter()))

    def close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()
        self.engine.dispose()

    def _read(self, job: Job[T], submitted: float) -> T:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self.engine.connect().execution_options(laurel_reads=True)
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.rollback()
            self._local.connection = connection
            self._opened.append(connection)
        with measured("read", submitted), connection.begin():
            return job(connection)

    def _writing(self) -> Connection:
        """Return the connection that writes. Savepoints are kept in memory: files would cost an event a hundredth."""
        connection = self.engine.connect()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA temp_store=MEMORY")
        return connection


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("laurel_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
