"""A backtest over several processes: each takes some of the members, and replays their events under both programs."""

import gc
import multiprocessing
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias, assert_never

from loyalty.backtest import Contrast, Opening, Pair, Reported
from loyalty.backtest.lines import read_events
from loyalty.decide import Used
from loyalty.files import read_program
from loyalty.program import Program

MOST_MEMBERS = 20_000
"""Members that a process holds at once: memory is bounded by them, however many there are."""

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
class Part:
    """What one task replays: a run of members' ids, or a share of a file's members."""

    first: str = ""
    last: str = ""
    share: int = 0
    shares: int = 1


@dataclass(frozen=True, slots=True)
class Job:
    """What every process needs to know."""

    source: Source
    old: Files | None
    """None: no program is in force yet, so nothing would have come of anything."""
    new: Files


def backtest(job: Job, *, jobs: int | None, progress: Progress) -> Contrast:
    """Replay everything; raise BadLine for a file that holds something else."""
    new = read_program(job.new)
    programs = [new, *([read_program(job.old)] if job.old is not None else [])]
    together = any(
        limit.per == "program" for program in programs for reactor in program.reactors for limit in reactor.limits
    )
    processes = 1 if together else jobs or os.cpu_count() or 1
    parts, events = _parts(job.source, new, processes, together=together)
    whole = Contrast()
    context = multiprocessing.get_context("spawn")
    told = context.Value("Q", 0)
    with ProcessPoolExecutor(min(processes, len(parts)) or 1, context, _begin, (job, told)) as pool:
        waiting = {pool.submit(_replay, part) for part in parts}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=0.2)
                for each in done:
                    whole.add(each.result())
                progress(told.value, events)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return whole


def _parts(source: Source, program: Program, processes: int, *, together: bool) -> tuple[Sequence[Part], int | None]:
    """The tasks, and how many events there are. Where members share a limit, all of them are one task."""
    match source:
        case FromFile():
            return [Part(share=share, shares=processes) for share in range(processes)], None
        case FromDatabase():
            with _history(source, program) as history:
                runs = history.parts(_most(history.members_count(), processes, together=together))
                return [Part(run.first, run.last) for run in runs], history.events_count()
        case _:
            assert_never(source)


def _most(members: int, processes: int, *, together: bool) -> int:
    """Members a task: all at once, or so few that memory is bounded and every process has something to do."""
    return max(1, members) if together else max(1, min(MOST_MEMBERS, -(-members // processes)))


@contextmanager
def _history(source: FromDatabase, program: Program) -> Iterator[Any]:
    from database.history import History
    from database.reading import reading

    with reading(source.url) as connection:
        yield History(connection, program, since=source.since, until=source.until)


@dataclass(slots=True)
class _Process:
    """What a process works with."""

    source: Source
    old: Program
    new: Program
    told: Any

    def tell(self, events: int) -> None:
        with self.told.get_lock():
            self.told.value += events


_process: _Process


def _begin(job: Job, told: Any) -> None:
    global _process  # noqa: PLW0603 - what a pool's process begins with has no other place
    new = read_program(job.new)
    old = replace(new, reactors=(), achievements=()) if job.old is None else read_program(job.old)
    _process = _Process(job.source, old, new, told)
    # What a replay drops, it drops at once: only what lives for long would be looked at again and again.
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _replay(part: Part) -> Contrast:
    match _process.source:
        case FromFile(file):
            events = read_events(file, _process.new.zone)
            mine = (each for each in events if zlib.crc32(each.member.encode()) % part.shares == part.share)
            return _run(mine, [], {}, None, None)
        case FromDatabase() as source:
            from database.history import Members

            with _history(source, _process.old) as history:
                members = Members(part.first, part.last)
                return _run(
                    history.events(members),
                    list(history.openings(members)),
                    history.used_by_program(),
                    source.since,
                    source.until,
                )
        case _:
            assert_never(_process.source)


def _run(
    events: Iterator[Reported],
    openings: Sequence[Opening],
    used: Mapping[str, Mapping[Any, Used]],
    since: datetime | None,
    until: datetime | None,
) -> Contrast:
    """Replay the events under both programs."""
    pair: Pair | None = None
    count = untold = 0
    moment = time.monotonic()
    seen: set[str] = {opening.account.member.id for opening in openings if not opening.is_new}
    for event in events:
        if pair is None:
            pair = _opened(since or event.received_at, openings, used)
        pair.report(event)
        seen.add(event.member)
        count, untold = count + 1, untold + 1
        if untold >= TOLD_EVERY and time.monotonic() - moment > 0.1:
            _process.tell(untold)
            untold, moment = 0, time.monotonic()
    if pair is None and since is not None:
        pair = _opened(since, openings, used)
    if pair is not None and until is not None:
        pair.advance(until)
    _process.tell(untold)
    return Contrast() if pair is None else pair.contrast(events=count, members=len(seen))


def _opened(since: datetime, openings: Sequence[Opening], used: Mapping[str, Mapping[Any, Used]]) -> Pair:
    pair = Pair(_process.old, _process.new, since)
    pair.open(openings, used)
    return pair
