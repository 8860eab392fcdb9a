"""A backtest: each part of the members has its events replayed under both programs, by several processes if need be."""

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread, active_count
from typing import Any, TypeAlias, assert_never

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.program import Program
from program_files import read_program, read_revision
from workbench.backtest import Contrast, MemberRange, Pair, Part, ReplayedEvent, Share
from workbench.backtest.event_file import read_events, read_share, share_out

MOST_MEMBERS = 20_000
"""Members that a process holds at once: memory is bounded by them, however many there are."""

LARGEST_SHARE, MOST_SHARES = 16_000_000, 200
"""Bytes of a file of events that a process takes at once, for the same reason, and into how many a file is cut."""

FEW_EVENTS, SMALL_FILE = 5_000, 1_000_000
"""Events, and bytes of a file of them, that are replayed here before a process for them would have begun."""

TOLD_EVERY = 500
"""Events that are read at once, and after which a process says how far it is."""

Files: TypeAlias = Mapping[str, bytes]
Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the events replayed so far, and how many there are, if that is known."""


@dataclass(frozen=True, slots=True)
class FromDatabase:
    """The events reported to a store since a moment, from the state its members were in."""

    url: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class FromFile:
    """The events of a file of lines, from nothing."""

    file: Path


Source: TypeAlias = FromDatabase | FromFile


@dataclass(frozen=True, slots=True)
class Job:
    """What every process needs to know."""

    source: Source
    old: Files | None
    """None: no program is in force yet, so nothing would have come of anything."""
    new: Files


def backtest(job: Job, *, jobs: int | None, progress: Progress) -> Contrast:
    """Replay everything; raise BadLine for a file that holds something else."""
    old, new = _programs(job)
    reactors = (*old.reactors, *new.reactors)
    together = any(limit.per == "program" for reactor in reactors for limit in reactor.limits)
    processes = jobs or os.cpu_count() or 1
    with _parts(job.source, new, processes, together=together) as (parts, events):
        if not parts:
            return Contrast()
        if len(parts) == 1 or processes == 1:
            return _replayed_here(_Replayer(job.source, old, new), parts, lambda done: progress(done, events))
        return _replayed_apart(job, parts, min(processes, len(parts)), lambda done: progress(done, events))


def _programs(job: Job) -> tuple[Program, Program]:
    new = read_program(job.new)
    return new.without_rules if job.old is None else read_revision(job.old), new


@contextmanager
def _parts(
    source: Source, program: Program, processes: int, *, together: bool
) -> Iterator[tuple[Sequence[Part], int | None]]:
    """The tasks, and how many events there are. Where members share a limit, all of them are one task."""
    match source:
        case FromFile(file):
            size = file.stat().st_size
            if together or size <= SMALL_FILE:
                yield [Share()], None
            elif size <= LARGEST_SHARE * processes:
                yield [Share(number, processes) for number in range(processes)], None
            else:
                with TemporaryDirectory(prefix="laurel-plan-") as folder:
                    count = min(MOST_SHARES, size // LARGEST_SHARE + 1)
                    shares = [Path(folder) / str(number) for number in range(count)]
                    yield shares, share_out(file, program.zone, shares)
        case FromDatabase():
            with _history(source, program) as history:
                events = history.events_count()
                one = together or events <= FEW_EVENTS
                parts = history.parts(_most(history.members_count(), 1 if one else processes, together=together))
            yield parts, events
        case _:
            assert_never(source)


def _most(members: int, processes: int, *, together: bool) -> int:
    """Members a task: all at once, or so few that memory is bounded and every process has something to do."""
    return max(1, members) if together else max(1, min(MOST_MEMBERS, -(-members // processes)))


def _replayed_here(replayer: "_Replayer", parts: Sequence[Part], told: Callable[[int], None]) -> Contrast:
    """Replay tasks in this process: to start another takes as long as many events."""
    whole, done = Contrast(), 0

    def tell(events: int) -> None:
        nonlocal done
        done += events
        told(done)

    for part in parts:
        whole.add(replayer.replay(part, tell))
    return whole


def _replayed_apart(job: Job, parts: Sequence[Part], processes: int, told: Callable[[int], None]) -> Contrast:
    """Replay tasks in processes of their own."""
    whole = Contrast()
    context = _context()
    counted, stopped = context.Value("Q", 0), context.Event()
    with ProcessPoolExecutor(processes, context, _begin, (job, counted, stopped)) as pool:
        try:
            waiting = {pool.submit(_replay, part) for part in parts}
            while waiting:
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for each in done:
                    whole.add(each.result())
                told(counted.value)
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    return whole


def _context() -> BaseContext:
    """Processes begin as copies of this one where that is safe, without threads, and start anew elsewhere."""
    is_safe = sys.platform == "linux" and active_count() == 1
    return multiprocessing.get_context("fork" if is_safe else "spawn")


class _Stopped(Exception):
    """Nobody waits for a task any more."""


_process: tuple["_Replayer", Callable[[int], None]]


def _begin(job: Job, counted: Any, stopped: Any) -> None:
    global _process  # noqa: PLW0603 - what a pool's process begins with has no other place

    def tell(events: int) -> None:
        if stopped.is_set():
            raise _Stopped
        with counted.get_lock():
            counted.value += events

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this is interrupted too, and stops it
    Thread(target=_end_with_parent, daemon=True).start()
    _process = _Replayer(job.source, *_programs(job)), tell


def _end_with_parent() -> None:
    """A pool's process whose parent was killed would wait for tasks for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _replay(part: Part) -> Contrast:
    replayer, tell = _process
    return replayer.replay(part, tell)


@contextmanager
def _history(source: FromDatabase, program: Program) -> Iterator[Any]:
    from database.history import History
    from database.reading import reading

    with reading(source.url) as connection:
        yield History(connection, program, since=source.since, until=source.until)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without a collection of garbage: a replay makes no cycles, and all that it keeps would be searched for them."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class _Replayer:
    """Two programs and where their events are."""

    source: Source
    old: Program
    new: Program

    def replay(self, part: Part, tell: Callable[[int], None]) -> Contrast:
        """Replay one task under both programs, and tell of events as they are done."""
        with _uncollected():
            match self.source, part:
                case FromFile(file), Share():
                    return self._of_file((e for e in read_events(file, self.new.zone) if part.has(e.member)), tell)
                case FromFile(), Path():
                    return self._of_file(read_share(part, self.new.zone), tell)
                case FromDatabase() as source, MemberRange():
                    with _history(source, self.old) as history:
                        pair = Pair(self.old, self.new, source.since)
                        openings: list[MemberSnapshot] = list(history.openings(part))
                        pair.open(openings, history.used_by_program())
                        known = {opening.state.member.id for opening in openings if not opening.is_new}
                        return _replayed(pair, history.events(part), known, tell, until=source.until)
                case _:
                    raise AssertionError(f"{part} is no part of {self.source}")

    def _of_file(self, events: Iterator[ReplayedEvent], tell: Callable[[int], None]) -> Contrast:
        first = next(events, None)
        if first is None:
            return Contrast()
        return _replayed(Pair(self.old, self.new, first.received_at), chain([first], events), set(), tell)


def _replayed(
    pair: Pair,
    events: Iterator[ReplayedEvent],
    members: set[str],
    tell: Callable[[int], None],
    *,
    until: datetime | None = None,
) -> Contrast:
    """Replay events; `members` are those there without them."""
    count = 0
    # Read some, then replay them: to go from one to the other with each event takes longer.
    while some := list(islice(events, TOLD_EVERY)):
        for event in some:
            pair.report(event)
            members.add(event.member)
        count += len(some)
        tell(len(some))
    if until is not None:
        pair.advance(until)
    return pair.contrast(events=count, members=len(members))
