"""The backtest of a plan: replay events under both programs, split by members into tasks for several processes."""

import gc
import heapq
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

from loyalty.engine.past_operations import PastOperation
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.program import Program
from program_files import read_program, read_revision
from workbench.backtest import (
    MemberRange,
    PairedReplay,
    Partition,
    ReplayComparison,
    ReplayedEvent,
    Shard,
    limits_any,
)
from workbench.backtest.divergence import shares_codes
from workbench.backtest.event_file import read_events, read_shard, write_shards

MAX_MEMBERS = 20_000
"""The most members of one task: this bounds the memory of a process."""

MAX_SHARE_BYTES = 16_000_000
"""The most bytes of an event file for one task, for the same reason."""

MAX_SHARES = 200
"""The most tasks into which an event file is split."""

FEW_EVENTS, SMALL_FILE = 5_000, 1_000_000
"""Fewer events, or bytes of an event file, are replayed in this process: starting others would take longer."""

READ_AHEAD = 500
"""Events that are read at once; after each such batch a process reports its progress."""

Files: TypeAlias = Mapping[str, bytes]
Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with the number of events replayed so far, and the number of all events if it is known."""


class DetailsRemoved(Exception):
    """The bodies of events that a backtest needs were removed, since they were old."""

    def __init__(self, since: datetime, removed: datetime) -> None:
        super().__init__(
            f"events since {since:%Y-%m-%d} cannot be replayed: the bodies of those received until {removed:%Y-%m-%d} "
            "were removed (LAUREL_KEEP). Name fewer --days, or --no-backtest"
        )


@dataclass(frozen=True, slots=True)
class FromDatabase:
    """The events reported to a store from `since` to `until`; members start in their state at `since`."""

    url: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class FromFile:
    """The events of a file, one a line; every member starts new."""

    file: Path


Source: TypeAlias = FromDatabase | FromFile


@dataclass(frozen=True, slots=True)
class Job:
    """What each process needs: the events and both programs."""

    source: Source
    old: Files | None
    """None: no program is in force yet, so nothing happens under the old one."""
    new: Files


def backtest(job: Job, *, jobs: int | None, progress: Progress) -> ReplayComparison:
    """Replay all events in up to `jobs` processes (None: one a core). Raise BadLine for a wrong line of the file."""
    old, new = _programs(job)
    reactors = (*old.reactors, *new.reactors)
    has_shared_limits = any(limit.per == "program" for reactor in reactors for limit in reactor.limits)
    processes = jobs or os.cpu_count() or 1
    has_shared_limits = has_shared_limits or shares_codes(old) or shares_codes(new)
    with _parts(job.source, old, new, processes, is_one_task=has_shared_limits) as (parts, events):
        if not parts:
            return ReplayComparison()
        if len(parts) == 1 or processes == 1:
            return _replay_in_this_process(_Replayer(job.source, old, new), parts, lambda done: progress(done, events))
        return _replay_in_processes(job, parts, min(processes, len(parts)), lambda done: progress(done, events))


def _programs(job: Job) -> tuple[Program, Program]:
    new = read_program(job.new)
    return new.without_rules if job.old is None else read_revision(job.old), new


@contextmanager
def _parts(
    source: Source, old: Program, program: Program, processes: int, *, is_one_task: bool
) -> Iterator[tuple[Sequence[Partition], int | None]]:
    """Return the tasks, and the number of events if it is known.

    Members who share anything are in one task: a limit of the program, a reward with a limited stock, or points sent
    from one to another.
    """
    match source:
        case FromFile(file):
            size = file.stat().st_size
            if is_one_task or size <= SMALL_FILE:
                yield [Shard()], None
            elif size <= MAX_SHARE_BYTES * processes:
                yield [Shard(number, processes) for number in range(processes)], None
            else:
                with TemporaryDirectory(prefix="laurel-plan-") as folder:
                    count = min(MAX_SHARES, size // MAX_SHARE_BYTES + 1)
                    shares = [Path(folder) / str(number) for number in range(count)]
                    yield shares, write_shards(file, program.zone, shares)
        case FromDatabase():
            with _history(source, program) as history:
                if (removed := history.removed_until()) is not None:
                    raise DetailsRemoved(source.since, removed)
                events = history.events_count()
                is_one_task = is_one_task or history.moves_between_members()
                is_one_task = is_one_task or limits_any(history.rewards_before(), old, program)
                one = is_one_task or events <= FEW_EVENTS
                parts = history.member_ranges(
                    _members_per_task(history.members_count(), 1 if one else processes, is_one_task=is_one_task)
                )
            yield parts, events
        case _:
            assert_never(source)


def _members_per_task(members: int, processes: int, *, is_one_task: bool) -> int:
    """Return the number of members per task: all, or so few that memory is bounded and every process gets a task."""
    return max(1, members) if is_one_task else max(1, min(MAX_MEMBERS, -(-members // processes)))


def _replay_in_this_process(
    replayer: "_Replayer", parts: Sequence[Partition], report: Callable[[int], None]
) -> ReplayComparison:
    """Replay tasks one after the other in this process."""
    whole, done = ReplayComparison(), 0

    def count(events: int) -> None:
        nonlocal done
        done += events
        report(done)

    for part in parts:
        whole.add(replayer.replay(part, count))
    return whole


def _replay_in_processes(
    job: Job, parts: Sequence[Partition], processes: int, report: Callable[[int], None]
) -> ReplayComparison:
    """Replay tasks in a pool of processes."""
    whole = ReplayComparison()
    context = _context()
    counted, stopped = context.Value("Q", 0), context.Event()
    with ProcessPoolExecutor(processes, context, _start_process, (job, counted, stopped)) as pool:
        try:
            waiting = {pool.submit(_replay, part) for part in parts}
            while waiting:
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for each in done:
                    whole.add(each.result())
                report(counted.value)
        except BaseException:
            stopped.set()
            pool.shutdown(cancel_futures=True)
            raise
    return whole


def _context() -> BaseContext:
    """Fork processes if that is safe (on Linux, with no other thread), else spawn them."""
    is_safe = sys.platform == "linux" and active_count() == 1
    return multiprocessing.get_context("fork" if is_safe else "spawn")


class _Stopped(Exception):
    """The main process stopped the backtest."""


_process: tuple["_Replayer", Callable[[int], None]]


def _start_process(job: Job, counted: Any, stopped: Any) -> None:
    global _process  # noqa: PLW0603 - a pool's initializer has no other way to pass values to its tasks

    def count(events: int) -> None:
        if stopped.is_set():
            raise _Stopped
        with counted.get_lock():
            counted.value += events

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main process gets the signal too, and stops this one
    Thread(target=_end_with_parent, daemon=True).start()
    _process = _Replayer(job.source, *_programs(job)), count


def _end_with_parent() -> None:
    """End this process when the main process is killed; otherwise a pool's process would wait for tasks for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _replay(part: Partition) -> ReplayComparison:
    replayer, count = _process
    return replayer.replay(part, count)


@contextmanager
def _history(source: FromDatabase, program: Program, planned: Program | None = None) -> Iterator[Any]:
    from database.history import History
    from database.read_only import open_read_only

    with open_read_only(source.url) as connection:
        yield History(connection, program, since=source.since, until=source.until, planned=planned)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Disable garbage collection: a replay creates no reference cycles, and a collection scans all its objects."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class _Replayer:
    """Replays tasks under both programs."""

    source: Source
    old: Program
    new: Program

    def replay(self, part: Partition, count: Callable[[int], None]) -> ReplayComparison:
        """Replay one task under both programs, and count events as they are replayed."""
        with _without_garbage_collection():
            match self.source, part:
                case FromFile(file), Shard():
                    return self._of_file((e for e in read_events(file, self.new.zone) if part.has(e.member)), count)
                case FromFile(), Path():
                    return self._of_file(read_shard(part, self.new.zone), count)
                case FromDatabase() as source, MemberRange():
                    with _history(source, self.old, self.new) as history:
                        openings: list[MemberSnapshot] = list(history.snapshots(part))
                        pair = PairedReplay(self.old, self.new, source.since, history.other_programs(openings))
                        pair.load(openings, history.used_by_program(), history.rewards_before())
                        known = {opening.state.member.id for opening in openings if not opening.is_new}
                        past = heapq.merge(history.events(part), history.operations(part), key=_in_order)
                        return _replay_all(pair, past, known, count, until=source.until)
                case _:
                    raise AssertionError(f"{part} does not belong to {self.source}")

    def _of_file(self, events: Iterator[ReplayedEvent], count: Callable[[int], None]) -> ReplayComparison:
        first = next(events, None)
        if first is None:
            return ReplayComparison()
        return _replay_all(PairedReplay(self.old, self.new, first.received_at), chain([first], events), set(), count)


def _in_order(past: ReplayedEvent | PastOperation) -> tuple[datetime, str]:
    return past.received_at, past.id


def _replay_all(
    pair: PairedReplay,
    past: Iterator[ReplayedEvent] | Iterator[ReplayedEvent | PastOperation],
    members: set[str],
    count: Callable[[int], None],
    *,
    until: datetime | None = None,
) -> ReplayComparison:
    """Replay events and operations in their order; `members` are those who exist before the first."""
    replayed = 0
    # Reading a batch and then replaying it is faster than alternating with each event.
    while batch := list(islice(past, READ_AHEAD)):
        events = 0
        for each in batch:
            members.add(each.member)
            if isinstance(each, ReplayedEvent):
                pair.report(each)
                events += 1
            else:
                pair.operate(each)
        replayed += events
        count(events)
    if until is not None:
        pair.advance(until)
    return pair.compare(events=replayed, members=len(members))
