"""A plan: what a new program would change, in words and in a backtest."""

from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never

from commands.plan.backtest import FromDatabase, FromFile, Job, Progress, Source, backtest
from commands.shared import data_folder
from commands.shared.errors import CannotDo
from commands.shared.settings import Settings
from loyalty.calendar import local_day, start_of
from loyalty.program.program import Program
from program_files import read_program, read_revision
from workbench import differences
from workbench.backtest import Comparison
from workbench.backtest.event_file import BadLine

_REPLAY_A_FILE = "replay a file by --events FILE"


class PlanError(CannotDo):
    """A plan that cannot be made or used; the message says why, and the cure."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The program that a plan is measured against. `revision` is None where it is a folder's."""

    files: Mapping[str, bytes]
    revision: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is to look at."""

    files: Mapping[str, bytes]
    data: Path
    days: int
    events: Path | None
    against: Mapping[str, bytes] | None
    """A program to compare with, in place of the one in force."""
    backtests: bool
    jobs: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What deploying a program would do."""

    program: Program
    files: Mapping[str, bytes]
    based_on: int | None
    """The revision in force when it was made; 0: there was none; None: it was not asked for."""
    made_at: datetime
    changes: tuple[differences.Change, ...]
    comparison: Comparison | None
    days: int | None
    """How many days of events were replayed; None: those of a file."""
    not_replayed: str | None
    """Why no event was replayed, and the cure; None: some were, or none should be."""


def plan(asked: Asked, *, progress: Progress) -> Plan:
    """Compare, and replay. Raise ProgramFaults, PlanError, or what the database says."""
    program = read_program(asked.files)
    url = _database(asked.data)
    in_force = InForce(asked.against, None) if asked.against is not None else _in_force(url, program.store, asked.data)
    old = None if in_force is None else _read(in_force)
    now = datetime.now(UTC)
    source = _source(asked, url, program, now) if asked.backtests else None
    comparison = None
    if source is not None:
        job = Job(source, None if in_force is None else in_force.files, asked.files)
        try:
            contrast = backtest(job, jobs=asked.jobs, progress=progress)
        except BadLine as error:
            raise PlanError(str(error)) from None
        except BrokenProcessPool:
            raise PlanError(
                "a process of the backtest was killed, perhaps for memory: name fewer --jobs or --days"
            ) from None
        comparison = Comparison(contrast, old or program.without_rules, program)
    return Plan(
        program=program,
        files=asked.files,
        based_on=0 if in_force is None else in_force.revision,
        made_at=now,
        changes=differences.differences(old, program),
        comparison=comparison,
        days=None if asked.events else asked.days,
        not_replayed=_not_replayed(asked, source, comparison),
    )


def _read(in_force: InForce) -> Program:
    return read_program(in_force.files) if in_force.revision is None else read_revision(in_force.files)


def _not_replayed(asked: Asked, source: Source | None, comparison: Comparison | None) -> str | None:
    if not asked.backtests or (comparison is not None and comparison.contrast.events):
        return None
    match source:
        case None:
            return f"No backtest: {data_folder.NothingStarted(asked.data, f', or {_REPLAY_A_FILE}')}"
        case FromFile(file):
            return f"No event was replayed: {file} holds none: write each on a line, as it is reported"
        case FromDatabase(since=since):
            cure = f"name more --days, or {_REPLAY_A_FILE}"
            return f"No event was replayed: none was reported since {since:%Y-%m-%d}: {cure}"
        case _:
            assert_never(source)


def _database(data: Path) -> str | None:
    """The address of the database, if there is one."""
    try:
        return data_folder.address(data, Settings.read())
    except data_folder.NothingStarted:
        return None


def _in_force(url: str | None, store: str, data: Path) -> InForce | None:
    """The program in force, or None where the store has none yet."""
    from commands.shared.database_reader import in_force
    from database.reading import reading
    from database.transaction import Transaction

    if url is None:
        raise PlanError(str(data_folder.NothingStarted(data, ", or compare with another folder by --against DIR")))
    with reading(url) as connection:
        found = in_force(Transaction(connection, store))
    return None if found is None else InForce(files=found[1], revision=found[0])


def _source(asked: Asked, url: str | None, program: Program, now: datetime) -> Source | None:
    """Where events come from; None where there are none to be had."""
    if asked.events is not None:
        return FromFile(asked.events)
    if url is None:
        return None
    since = start_of(local_day(now, program.zone) - timedelta(days=asked.days), program.zone)
    return FromDatabase(url, since, now)
