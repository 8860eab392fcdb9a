"""Make a plan: the changes by a new program, as differences and as a backtest."""

from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import assert_never

from activities.backtest import DetailsRemoved, FromDatabase, FromFile, Job, Progress, Source, backtest
from commands.shared.data_folder import NoDatabase, database_url
from commands.shared.plan_files import PlanError
from commands.shared.settings import Settings
from loyalty.calendar import local_day, start_of
from loyalty.losses import DeployLosses
from loyalty.program.outline import Outline
from loyalty.program.program import Program
from program_files import read_outline, read_program, read_revision
from workbench import differences
from workbench.backtest import BacktestResult
from workbench.backtest.event_file import InvalidEventLine

_REPLAY_A_FILE = "replay a file by --events FILE"


@dataclass(frozen=True, slots=True)
class BaseProgram:
    """The program that a plan is compared with. `revision` is None for the program of a folder."""

    files: Mapping[str, bytes]
    revision: int | None


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan, and what to compare and replay."""

    files: Mapping[str, bytes]
    data: Path
    days: int
    events: Path | None
    against: Mapping[str, bytes] | None
    """A program to compare with, instead of the one in force."""
    backtests: bool
    jobs: int | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What deploying a program would do."""

    program: Program
    files: Mapping[str, bytes]
    based_on: int | None
    """The revision in force when the plan was made; 0: there was none; None: the plan compares with a folder."""
    made_at: datetime
    changes: tuple[differences.Change, ...]
    losses: DeployLosses | None
    """What deploying it would lose; None: the plan compares with a folder."""
    risers: Mapping[str, int]
    """How many members would rise to each tier at once."""
    notices: Mapping[str, int]
    """The days of notices in the store's settings, which override `notify_before` of any program."""
    comparison: BacktestResult | None
    days: int | None
    """How many days of events were replayed; None: those of a file."""
    not_replayed: str | None
    """Why no event was replayed, and what to do; None if events were replayed, or not requested."""


def make_plan(request: PlanRequest, *, progress: Progress) -> Plan:
    """Compare and backtest. Raise ProgramFaults, PlanError, or errors of the database."""
    program = read_program(request.files)
    url = _find_database(request.data)
    base = _base_program(request, url, program.store)
    old = None if base is None else _read(base)
    now = datetime.now(UTC)
    has_store = url is not None and request.against is None
    losses, risers = _at_once(url, base, program) if url is not None and has_store else (None, {})
    notices = _notices(url, program.store) if url is not None and has_store else {}
    source = _source(request, url, program, now) if request.backtests else None
    comparison = None
    if source is not None:
        job = Job(source, None if base is None else base.files, request.files)
        try:
            contrast = backtest(job, jobs=request.jobs, progress=progress)
        except (InvalidEventLine, DetailsRemoved) as error:
            raise PlanError(str(error)) from None
        except BrokenProcessPool:
            raise PlanError(
                "a process of the backtest was killed, perhaps for memory: name fewer --jobs or --days"
            ) from None
        comparison = BacktestResult(contrast, old or program.without_rules, program)
    return Plan(
        program=program,
        files=request.files,
        based_on=0 if base is None else base.revision,
        made_at=now,
        changes=differences.differences(old, program),
        losses=losses,
        risers=risers,
        notices=notices,
        comparison=comparison,
        days=None if request.events else request.days,
        not_replayed=_not_replayed(request, source, comparison),
    )


def _read(base: BaseProgram) -> Program:
    return read_program(base.files) if base.revision is None else read_revision(base.files)


def _not_replayed(request: PlanRequest, source: Source | None, comparison: BacktestResult | None) -> str | None:
    if not request.backtests or (comparison is not None and comparison.comparison.events):
        return None
    match source:
        case None:
            return f"No backtest: {NoDatabase(request.data, f', or {_REPLAY_A_FILE}')}"
        case FromFile(file):
            return f"No event was replayed: {file} holds none: write each on a line, as it is reported"
        case FromDatabase(since=since):
            cure = f"name more --days, or {_REPLAY_A_FILE}"
            return f"No event was replayed: none was reported since {since:%Y-%m-%d}: {cure}"
        case _:
            assert_never(source)


def _find_database(data: Path) -> str | None:
    """Return the address of the database; None if there is none."""
    try:
        return database_url(data, Settings.read())
    except NoDatabase:
        return None


def _base_program(request: PlanRequest, url: str | None, store: str) -> BaseProgram | None:
    """Return the program of --against or the program in force; None if the store has none yet."""
    if request.against is not None:
        return BaseProgram(request.against, None)
    if url is None:
        raise PlanError(str(NoDatabase(request.data, ", or compare with another folder by --against DIR")))
    return _in_force(url, store)


def _in_force(url: str, store: str) -> BaseProgram | None:
    from commands.shared.database_reader import revision_in_force
    from database.read_only import open_read_only
    from database.transaction import ReadTransaction

    with open_read_only(url) as connection:
        found = revision_in_force(ReadTransaction(connection, store))
    return None if found is None else BaseProgram(files=found[1], revision=found[0])


def _at_once(url: str, base: BaseProgram | None, program: Program) -> tuple[DeployLosses, Mapping[str, int]]:
    """Return what members would lose now, and how many would rise to each tier."""
    from database.deploys import Replaced, losses_of_deploy, risers_of_deploy
    from database.read_only import open_read_only
    from database.transaction import ReadTransaction

    if base is None or base.revision is None:
        return DeployLosses(), {}
    with open_read_only(url) as connection:
        tx, replaced = ReadTransaction(connection, program.store), Replaced(base.revision, read_outline(base.files))
        losses = losses_of_deploy(tx, replaced, Outline.of(program))
        return losses, risers_of_deploy(tx, replaced, program, now=datetime.now(UTC))


def _notices(url: str, store: str) -> Mapping[str, int]:
    """Return the days of notices in the store's settings, by their names in `notify_before`."""
    from database.read_only import open_read_only
    from database.transaction import ReadTransaction

    with open_read_only(url) as connection:
        days = ReadTransaction(connection, store).settings.notice_days()
    named = {} if days is None else {"points": days.points, "coupons": days.coupons, "tier": days.tier}
    return {name: number for name, number in named.items() if number is not None}


def _source(request: PlanRequest, url: str | None, program: Program, now: datetime) -> Source | None:
    """Return where the events to replay are; None if there is no database."""
    if request.events is not None:
        return FromFile(request.events)
    if url is None:
        return None
    since = start_of(local_day(now, program.zone) - timedelta(days=request.days), program.zone)
    return FromDatabase(url, since, now)
