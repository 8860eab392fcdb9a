"""The one thread that writes to SQLite. It runs many jobs in one transaction, and commits them together."""

import asyncio
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection

from database.measuring import count_transactions

T = TypeVar("T")

MAX_JOBS_PER_COMMIT = 128


@dataclass(slots=True)
class _QueuedJob:
    """A job, and the future that gets its result in the event loop of the caller."""

    run: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    submitted: float
    """As `perf_counter` has it."""
    result: Any = None
    error: BaseException | None = None

    def end(self) -> None:
        """Give the result to the caller, unless it was cancelled meanwhile; in the caller's event loop."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class SqliteWriter:
    """Runs jobs in the order in which they were submitted. A job that returns is committed; one that raises is undone.

    SQLite before 3.51.3 can corrupt a write-ahead log that two connections write at once, so only one ever does.
    """

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open_connection = open_connection
        self._jobs: queue.SimpleQueue[_QueuedJob | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite-write", daemon=True)
        self._thread.start()

    async def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job; return its result once it is committed. A caller that is cancelled before drops its job."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put(_QueuedJob(job, future, perf_counter()))
        return await future

    def close(self) -> None:
        """Finish the submitted jobs, and close the connection."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection: Connection | None = None
        is_open = True
        while is_open:
            jobs, is_open = self._next_jobs()
            if not jobs:
                continue
            try:
                connection = connection or self._open_connection()
            except Exception as error:  # noqa: BLE001 - it is the callers', not this thread's
                _fail(jobs, error)
            else:
                _commit_together(connection, jobs)
            _end(jobs)
        if connection is not None:
            connection.close()

    def _next_jobs(self) -> tuple[list[_QueuedJob], bool]:
        """Wait for jobs; return those that are submitted by now, and whether more may come."""
        jobs: list[_QueuedJob] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == MAX_JOBS_PER_COMMIT:
                return jobs, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, True
        return jobs, False


def _commit_together(connection: Connection, jobs: list[_QueuedJob]) -> None:
    """Run jobs in one transaction, each in a savepoint; a commit that fails fails all of them."""
    began = perf_counter()
    committed = 0
    try:
        with connection.begin():
            for job in jobs:
                if job.future.cancelled():
                    continue
                try:
                    with _savepoint(connection):
                        job.result = job.run(connection)
                except BaseException as error:
                    if not _is_in_transaction(connection):
                        raise
                    job.error = error
                else:
                    committed += 1
    except BaseException as error:  # noqa: BLE001 - it is the callers', not this thread's
        committed = 0
        _fail([job for job in jobs if job.error is None], error)
    waited = began - jobs[0].submitted
    count_transactions("write", committed=committed, rolled_back=len(jobs) - committed, waited=waited, began=began)


def _fail(jobs: Iterable[_QueuedJob], error: BaseException) -> None:
    for job in jobs:
        job.error = error


def _end(jobs: Iterable[_QueuedJob]) -> None:
    """Give the results to the callers: with one call for each event loop, since a call for each job costs more."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_QueuedJob]] = defaultdict(list)
    for job in jobs:
        by_loop[job.future.get_loop()].append(job)
    for loop, of_loop in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_end_in_loop, of_loop)


def _end_in_loop(jobs: Iterable[_QueuedJob]) -> None:
    for job in jobs:
        job.end()


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
