"""Backtest a draft in a separate process."""

import asyncio
import multiprocessing
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import TypeAlias

from activities.backtest import DetailsRemoved, FromDatabase, Job, backtest
from loyalty.calendar import local_day, start_of
from loyalty.program.program import Program
from workbench.backtest import BacktestResult, ReplayComparison

BACKTEST_SECONDS = 120.0
"""How long a request may wait for a backtest."""

MOST_SECONDS = 3600.0
"""How long a backtest may take if no request waits for it."""

LOOK_EVERY = 1.0
"""Seconds after which a backtest reports its progress."""

NICENESS = 10
"""The increment of the process's niceness, so that requests come first."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The result of a backtest; None with the reason if there is none."""

    result: BacktestResult | None
    because: str | None


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """Two programs, and the days whose events are replayed under both."""

    url: str
    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    days: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Events replayed so far; `events_in_all` None: not counted yet."""

    events: int = 0
    events_in_all: int | None = None


class Cancelled(Exception):
    """The backtest was cancelled."""


Report: TypeAlias = Callable[[Progress], Awaitable[bool]]
"""Called every second with the progress of a backtest; False cancels it."""


class BacktestRunner:
    """Runs the backtests of this process one at a time, since each takes a core."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Semaphore(1)

    async def replay(
        self, asked: BacktestRequest, old: Program, new: Program, *, now: datetime, seconds: float, report: Report
    ) -> Replayed:
        """Replay the events of a range of days; raise Cancelled if `report` returns False."""
        since = start_of(local_day(now, new.zone) - timedelta(days=asked.days), new.zone)
        job = Job(FromDatabase(asked.url, since, now), asked.old, asked.new)
        ends_at = asyncio.get_running_loop().time() + seconds
        if not await self._turn(report, ends_at):
            return Replayed(None, "another backtest is running: try again later")
        try:
            found = await _replayed(job, report, ends_at, seconds)
        finally:
            self._one_at_a_time.release()
        if isinstance(found, str):
            return Replayed(None, found)
        if not found.events:
            return Replayed(None, f"no event was reported since {since:%Y-%m-%d}: name more days")
        return Replayed(BacktestResult(found, old, new), None)

    async def _turn(self, report: Report, ends_at: float) -> bool:
        """Wait until no other backtest runs; return False if that takes too long."""
        while True:
            try:
                await asyncio.wait_for(self._one_at_a_time.acquire(), LOOK_EVERY)
            except TimeoutError:
                await _go_on(report, Progress())
                if asyncio.get_running_loop().time() >= ends_at:
                    return False
            else:
                return True


async def _replayed(job: Job, report: Report, ends_at: float, seconds: float) -> ReplayComparison | str:
    """Return the comparison, or why there is none. No thread waits for longer than one check takes."""
    process = await asyncio.to_thread(_Process, job)
    try:
        while True:
            left = ends_at - asyncio.get_running_loop().time()
            found = await asyncio.to_thread(process.look, max(0.0, min(LOOK_EVERY, left)))
            if not isinstance(found, Progress):
                return found
            if asyncio.get_running_loop().time() >= ends_at:
                return f"the backtest took longer than {seconds:.0f} s: name fewer days, or run laurel plan"
            await _go_on(report, found)
    finally:
        process.end()


async def _go_on(report: Report, progress: Progress) -> None:
    if not await report(progress):
        raise Cancelled


class _Process:
    """A process that replays, and the end of the pipe by which it reports."""

    def __init__(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_replay, args=(job, sender), daemon=True)
        self._process.start()
        sender.close()
        self._progress = Progress()

    def look(self, seconds: float) -> Progress | ReplayComparison | str:
        """Return the result, or why there is none; or the progress if that takes longer than a number of seconds."""
        wait = seconds
        try:
            while self._receiver.poll(wait):
                found: Progress | ReplayComparison | str = self._receiver.recv()
                if not isinstance(found, Progress):
                    return found
                self._progress, wait = found, 0.0
        except EOFError:
            return "the process of the backtest ended, perhaps for memory: name fewer days"
        return self._progress

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._receiver.close()


def _replay(job: Job, sender: Connection) -> None:
    with suppress(OSError):
        os.nice(NICENESS)

    def report(events: int, events_in_all: int | None) -> None:
        sender.send(Progress(events, events_in_all))

    try:
        sender.send(backtest(job, jobs=1, progress=report))
    except DetailsRemoved as error:
        sender.send(str(error))
