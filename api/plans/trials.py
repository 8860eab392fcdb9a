"""What a draft would have done: a backtest in a process of its own."""

import asyncio
import multiprocessing
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection

from activities.backtest import DetailsRemoved, FromDatabase, Job, backtest
from loyalty.calendar import local_day, start_of
from loyalty.program.program import Program
from workbench.backtest import BacktestResult, ReplayComparison

BACKTEST_SECONDS = 120.0
"""How long a backtest may take."""

_one_at_a_time = threading.Semaphore(1)
"""Backtests of this process: each takes a core."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of a backtest; None, and why, if there is none."""

    result: BacktestResult | None
    because: str | None


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """Two programs, and the days whose events are replayed under both."""

    url: str
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    days: int


async def replay(asked: BacktestRequest, old: Program, new: Program, *, now: datetime) -> Replayed:
    """Replay the events of some days; one backtest at a time, and each ends after two minutes."""
    since = start_of(local_day(now, new.zone) - timedelta(days=asked.days), new.zone)
    job = Job(FromDatabase(asked.url, since, now), asked.old, asked.new)
    found = await asyncio.to_thread(_in_a_process, job)
    if isinstance(found, str):
        return Replayed(None, found)
    if not found.events:
        return Replayed(None, f"no event was reported since {since:%Y-%m-%d}: name more days")
    return Replayed(BacktestResult(found, old, new), None)


def _in_a_process(job: Job) -> ReplayComparison | str:
    """The comparison, or why there is none."""
    if not _one_at_a_time.acquire(timeout=BACKTEST_SECONDS):
        return "another backtest is running: try again later"
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_replay, args=(job, sender), daemon=True)
    try:
        process.start()
        sender.close()
        if not receiver.poll(BACKTEST_SECONDS):
            return f"the backtest took longer than {BACKTEST_SECONDS:.0f} s: name fewer days, or run laurel plan"
        found: ReplayComparison | str = receiver.recv()
    except EOFError:
        return "the process of the backtest ended, perhaps for memory: name fewer days"
    finally:
        process.kill()
        process.join()
        receiver.close()
        _one_at_a_time.release()
    return found


def _replay(job: Job, sender: Connection) -> None:
    try:
        sender.send(backtest(job, jobs=1, progress=lambda _done, _of: None))
    except DetailsRemoved as error:
        sender.send(str(error))
