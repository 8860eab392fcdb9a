"""A backtest: each part of the members has its events replayed under both programs, by several processes if need be."""

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias, assert_never

from loyalty.backtest import Contrast, Members, Opening, Pair, Part, Reported, Share
from loyalty.backtest.lines import read_events
from loyalty.files import read_program, read_revision
from loyalty.program import Program

MOST_MEMBERS = 20_000
"""Members that a process holds at once: memory is bounded by them, however many there are."""

FEW_EVENTS, SMALL_FILE = 5_000, 1_000_000
"""Events, and bytes of a file of them, that are replayed here before a process for them would have begun."""

TOLD_EVERY = 500
"""Events after which a process says how far it is."""

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
    processes = 1 if together else jobs or os.cpu_count() or 1
    parts, events = _parts(job.source, new, processes, together=together)
    match parts:
        case []:
            return Contrast()
        case [part]:
            return _replayed_here(_Replayer(job.source, old, new), part, lambda done: progress(done, events))
        case _:
            return _replayed_apart(job, parts, min(processes, len(parts)), lambda done: progress(done, events))


def _programs(job: Job) -> tuple[Program, Program]:
    new = read_program(job.new)
    return replace(new, reactors=(), achievements=()) if job.old is None else read_revision(job.old), new


def _parts(source: Source, program: Program, processes: int, *, together: bool) -> tuple[list[Part], int | None]:
    """The tasks, and how many events there are. Where members share a limit, all of them are one task."""
    match source:
        case FromFile(file):
            shares = 1 if file.stat().st_size <= SMALL_FILE else processes
            return [Share(number, shares) for number in range(shares)], None
        case FromDatabase():
            with _history(source, program) as history:
                events = history.events_count()
                one = together or events <= FEW_EVENTS
                return history.parts(_most(history.members_count(), 1 if one else processes, together=together)), events
        case _:
            assert_never(source)


def _most(members: int, processes: int, *, together: bool) -> int:
    """Members a task: all at once, or so few that memory is bounded and every process has something to do."""
    return max(1, members) if together else max(1, min(MOST_MEMBERS, -(-members // processes)))


def _replayed_here(replayer: "_Replayer", part: Part, told: Callable[[int], None]) -> Contrast:
    """Replay a single task in this process: starting another would take as long as many events."""
    done = 0

    def tell(events: int) -> None:
        nonlocal done
        done += events
        told(done)

    return replayer.replay(part, tell)


def _replayed_apart(job: Job, parts: Sequence[Part], processes: int, told: Callable[[int], None]) -> Contrast:
    """Replay tasks in processes of their own."""
    whole = Contrast()
    context = multiprocessing.get_context("spawn")
    counted = context.Value("Q", 0)
    with ProcessPoolExecutor(processes, context, _begin, (job, counted)) as pool:
        waiting = {pool.submit(_replay, part) for part in parts}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=0.2)
                for each in done:
                    whole.add(each.result())
                told(counted.value)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return whole


_process: tuple["_Replayer", Callable[[int], None]]


def _begin(job: Job, counted: Any) -> None:
    global _process  # noqa: PLW0603 - what a pool's process begins with has no other place

    def tell(events: int) -> None:
        with counted.get_lock():
            counted.value += events

    _process = _Replayer(job.source, *_programs(job)), tell


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
                    events = (each for each in read_events(file, self.new.zone) if part.has(each.member))
                    first = next(events, None)
                    if first is None:
                        return Contrast()
                    return _replayed(Pair(self.old, self.new, first.received_at), chain([first], events), set(), tell)
                case FromDatabase() as source, Members():
                    with _history(source, self.old) as history:
                        pair = Pair(self.old, self.new, source.since)
                        openings: list[Opening] = list(history.openings(part))
                        pair.open(openings, history.used_by_program())
                        known = {opening.account.member.id for opening in openings if not opening.is_new}
                        return _replayed(pair, history.events(part), known, tell, until=source.until)
                case _:
                    raise AssertionError(f"{part} is no part of {self.source}")


def _replayed(
    pair: Pair,
    events: Iterable[Reported],
    members: set[str],
    tell: Callable[[int], None],
    *,
    until: datetime | None = None,
) -> Contrast:
    """Replay events; `members` are those there without them."""
    count = untold = 0
    moment = time.monotonic()
    for event in events:
        pair.report(event)
        members.add(event.member)
        count, untold = count + 1, untold + 1
        if untold >= TOLD_EVERY and time.monotonic() - moment > 0.1:
            tell(untold)
            untold, moment = 0, time.monotonic()
    if until is not None:
        pair.advance(until)
    tell(untold)
    return pair.contrast(events=count, members=len(members))
