"""Connections to SQLite and PostgreSQL: run jobs, plain functions of a connection, in threads.

SQLite has one writer, a thread that commits many jobs at once; PostgreSQL has a pool.
"""

import asyncio
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from database.measuring import TransactionKind, count_transactions, measured
from database.secret_keys import NO_KEYS, SecretKeys, options

T = TypeVar("T")
Job = Callable[[Connection], T]

MAX_JOBS_PER_COMMIT = 128
SQLITE_READERS = 4
POSTGRES_POOL_SIZE = 8


class InvalidDatabaseUrl(ValueError):
    """A database URL that is invalid, or of a database that Laurel does not support; the message says the cure."""


_QueuedJob: TypeAlias = "tuple[Job[Any], Future[Any], float]"
"""A job, the future for its result, and when it was submitted (`perf_counter`)."""


class Connections(ABC):
    """An open database. A job that returns is committed; one that raises is rolled back."""

    engine: Engine

    @abstractmethod
    def submit_write(self, job: Job[T]) -> "Future[T]":
        """Run a job in a transaction of its own."""

    @abstractmethod
    def submit_read(self, job: Job[T]) -> "Future[T]":
        """Run a job in a transaction in which the database refuses to write."""

    @abstractmethod
    def close(self) -> None:
        """Finish the running jobs, and close the connections."""

    async def write(self, job: Job[T]) -> T:
        """Run a job; return its result once it is committed."""
        return await asyncio.wrap_future(self.submit_write(job))

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads; return its result."""
        return await asyncio.wrap_future(self.submit_read(job))


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

    def submit_write(self, job: Job[T]) -> "Future[T]":
        return self._threads.submit(_run_in, self.engine, job, "write", perf_counter())

    def submit_read(self, job: Job[T]) -> "Future[T]":
        return self._threads.submit(_run_in, self._read_only, job, "read", perf_counter())

    def close(self) -> None:
        self._threads.shutdown()
        self.engine.dispose()


def _run_in(engine: Engine, job: Job[T], kind: TransactionKind, submitted: float) -> T:
    with measured(kind, submitted), engine.begin() as connection:
        return job(connection)


class SqliteConnections(Connections):
    """One writer thread and a few reader threads.

    SQLite before 3.51.3 can corrupt a write-ahead log that two connections write at once, so only one ever does.
    """

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
        self._jobs: queue.SimpleQueue[_QueuedJob | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="sqlite-read")
        self._local = threading.local()
        self._opened: list[Connection] = []
        self._writer = threading.Thread(target=self._write_all, name="sqlite-write", daemon=True)
        self._writer.start()

    def submit_write(self, job: Job[T]) -> "Future[T]":
        done: Future[T] = Future()
        self._jobs.put((job, done, perf_counter()))
        return done

    def submit_read(self, job: Job[T]) -> "Future[T]":
        return self._readers.submit(self._read, job, perf_counter())

    def close(self) -> None:
        self._jobs.put(None)
        self._writer.join()
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

    def _write_all(self) -> None:
        connection: Connection | None = None
        while (first := self._jobs.get()) is not None:
            jobs, last = [first], False
            while len(jobs) < MAX_JOBS_PER_COMMIT:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    last = True
                    break
                jobs.append(job)
            try:
                connection = connection or self._writing()
            except Exception as error:  # noqa: BLE001 - it is the callers', not this thread's
                _refuse(jobs, error)
            else:
                _commit_together(connection, jobs)
            if last:
                break
        if connection is not None:
            connection.close()


def _refuse(jobs: list[_QueuedJob], error: Exception) -> None:
    """Fail every job with the error that prevented opening the database."""
    for _, done, _ in jobs:
        if done.set_running_or_notify_cancel():
            done.set_exception(error)


def _commit_together(connection: Connection, jobs: list[_QueuedJob]) -> None:
    """Run jobs in one transaction, each in a savepoint; set their results once all are committed."""
    results: list[tuple[Future[Any], Any]] = []
    began = perf_counter()
    try:
        with connection.begin():
            for job, done, _ in jobs:
                if not done.set_running_or_notify_cancel():
                    continue
                try:
                    with _savepoint(connection):
                        result = job(connection)
                except BaseException as error:
                    if not _is_in_transaction(connection):
                        raise
                    done.set_exception(error)
                else:
                    results.append((done, result))
    except BaseException as error:  # noqa: BLE001 - a commit that fails fails every job in it
        count_transactions("write", committed=0, rolled_back=len(jobs), waited=began - jobs[0][2], began=began)
        for _, done, _ in jobs:
            if not done.done():
                done.set_exception(error)
        return
    committed = len(results)
    waited = began - jobs[0][2]
    count_transactions("write", committed=committed, rolled_back=len(jobs) - committed, waited=waited, began=began)
    for done, result in results:
        done.set_result(result)


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """Undo changes after an error, directly at the driver: SQLAlchemy's savepoints cost an eighth of an event."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT job")
    try:
        yield
    except BaseException:
        if driver.in_transaction:
            driver.execute("ROLLBACK TO job")
            driver.execute("RELEASE job")
        raise
    driver.execute("RELEASE job")


def _is_in_transaction(connection: Connection) -> bool:
    """Return whether SQLite still has the transaction open: some errors, such as a full disk, roll back all of it."""
    driver: Any = connection.connection.driver_connection
    return bool(driver.in_transaction)


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("laurel_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
