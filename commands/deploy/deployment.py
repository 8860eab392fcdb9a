"""Programs put in force from the command line, wherever their revisions are kept.

async with opened(data) as registry:
    intent = await intended(registry, files)           # what would change
    done = await deploy(registry, intent)              # or AnotherInForce, where somebody was faster
"""

import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from commands.shared import data_folder
from commands.shared import lookup as finding
from commands.shared.api_registry import OfRunning
from commands.shared.registry import Deployed, OfDatabase, Registry, RegistryError
from commands.shared.settings import Settings
from database import Database
from program_files import Contents, Problem, ProgramFaults, read_contents, read_program, read_revision
from workbench.checking import check_contents
from workbench.differences import Change, differences

_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Intent:
    """A program about to be put in force, and what that changes."""

    store: str
    files: Mapping[str, bytes]
    in_force: int
    """The revision in force; 0: there is none yet."""
    based_on: int
    """The revision that it may replace."""
    changes: tuple[Change, ...] | None
    """None: this Laurel does not read the revision in force, so nobody can say."""
    warnings: tuple[Problem, ...]
    """What `laurel check` warns of; it stops nothing."""


async def intended(
    registry: Registry, files: Mapping[str, bytes], *, folder: Path | None = None, based_on: int | None = None
) -> Intent:
    """What a deploy of these files would change, and what to be warned of. Raise ProgramFaults for a wrong program.

    `folder` is where they lie, if they do. It may replace the revision in force, unless the caller insists on another.
    """
    program = read_program(files)
    in_force = await number_in_force(registry, program.store)
    changes: tuple[Change, ...] | None
    try:
        old = read_revision(await registry.files(program.store, in_force)) if in_force else None
        changes = differences(old, program)
    except ProgramFaults:
        changes = None
    return Intent(
        program.store, files, in_force, in_force if based_on is None else based_on, changes, warnings(folder or files)
    )


def warnings(program: Path | Mapping[str, bytes]) -> tuple[Problem, ...]:
    """What `laurel check` warns of: in a folder, or in files that lie in none."""
    contents = read_contents(program) if isinstance(program, Path) else Contents(program, (), (), is_whole=True)
    report = check_contents(contents, now=datetime.now(UTC))
    return tuple(problem for problem in report.problems if problem.severity == "warning")


async def deploy(registry: Registry, intent: Intent, *, note: str = "") -> Deployed:
    """Put a program in force; raise AnotherInForce where another revision is by now than it may replace."""
    return await registry.deploy(intent.store, intent.files, based_on=intent.based_on, note=note)


async def intended_rollback(registry: Registry, store: str | None, to: int | None) -> tuple[int, Intent]:
    """An earlier revision (None: the one before the one in force), and what putting it in force again would change.

    Raise NotFound, RegistryError, UnknownRevision, or ProgramFaults where this Laurel does not read it any more.
    """
    code = await store_meant(registry, store)
    earlier = await number_in_force(registry, code) - 1 if to is None else to
    if not earlier:
        raise RegistryError(f"revision 1 is the first of store {code}: there is none before it")
    return earlier, await intended(registry, await registry.files(code, earlier))


async def roll_back(registry: Registry, intent: Intent, to: int) -> Deployed:
    """Put the revision that holds these files in force again; raise AnotherInForce as a deploy does."""
    return await registry.roll_back(intent.store, to, based_on=intent.based_on)


async def compared(registry: Registry, store: str, old: int, new: int) -> tuple[Change, ...]:
    """What one revision says otherwise than another; 0 says nothing. Raise ProgramFaults for one that is not read."""
    before = read_revision(await registry.files(store, old)) if old else None
    return differences(before, read_revision(await registry.files(store, new)))


async def number_in_force(registry: Registry, store: str) -> int:
    """The revision in force; 0: there is none."""
    return next((revision.number for revision in await registry.revisions(store, 1)), 0)


async def store_meant(registry: Registry, wanted: str | None) -> str:
    """The store of that code, or the only one; raise NotFound."""
    return finding.store_meant(await registry.stores(), wanted)


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Registry]:
    """The registry of LAUREL_DATABASE_URL, or that of a data folder, whether its Laurel runs or not.

    Raise SettingError or EmbeddedError.
    """
    settings = Settings.read()
    running = data_folder.running_at(data) if settings.database_url is None else None
    if running is not None:
        headers = {"X-AUTH-TOKEN": running.key}
        async with httpx2.AsyncClient(base_url=running.url, headers=headers, timeout=_PATIENCE) as client:
            yield OfRunning(client)
        return
    if settings.database_url is None and not (data / data_folder.DATABASE).exists():
        raise data_folder.NothingStarted(data)
    with _writable(data, settings) as url:
        database = Database.open(url)
        try:
            yield OfDatabase(database)
        finally:
            database.close()


@contextlib.contextmanager
def _writable(data: Path, settings: Settings) -> Iterator[str]:
    """The address of a database that this process may write to: PostgreSQL serves many at once, SQLite one."""
    if settings.database_url is not None and settings.database_url.startswith("postgres"):
        yield settings.database_url
        return
    with data_folder.held(data, settings) as url:
        yield url
