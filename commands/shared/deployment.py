"""A program about to be put in force, and what that changes.

async with open_registry(data) as registry:
    pending = await prepare(registry, files)           # what would change
    done = await deploy(registry, pending)             # or AnotherInForce, if another deployment was faster
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from commands.shared.pulled import pulled_revision
from commands.shared.registry import Deployed, Registry
from commands.shared.registry_access import number_in_force
from loyalty.losses import NO_CONSENT, DeployConsent
from loyalty.program.program import NotifyBefore
from loyalty.store.settings import NoticeDays, NoticeName, overruled
from program_files import Contents, Problem, ProgramFaults, read_contents, read_program, read_revision
from workbench.checking import check_contents
from workbench.differences import Change, differences


@dataclass(frozen=True, slots=True)
class PendingDeployment:
    """A checked program that is not in force yet."""

    store: str
    files: Mapping[str, bytes]
    in_force: int
    """The revision in force; 0: there is none yet."""
    based_on: int
    """The revision that it may replace."""
    pulled: int | None
    """The revision that its folder was last pulled from (0: never); None: it replaces any, or is from no folder."""
    changes: tuple[Change, ...] | None
    """The changes; None if this version of Laurel cannot read the revision in force."""
    warnings: tuple[Problem, ...]
    """The warnings of `laurel check`; they do not prevent the deployment."""
    overruled: Mapping[str, int] = field(default_factory=dict)
    """The parts of `notify_before` that the store's settings override, with their days."""


async def prepare(
    registry: Registry, files: Mapping[str, bytes], *, folder: Path | None = None, based_on: int | None = None
) -> PendingDeployment:
    """Check a program and compare it with the revision in force. Raise ProgramFaults for a wrong program.

    `folder`: where the files were read, if they were. `based_on`: the revision that it may replace; default: the one
    in force.
    """
    program = read_program(files)
    in_force = await number_in_force(registry, program.store)
    changes: tuple[Change, ...] | None
    try:
        old = read_revision(await registry.files(program.store, in_force)) if in_force else None
        changes = differences(old, program)
    except ProgramFaults:
        changes = None
    return PendingDeployment(
        program.store,
        files,
        in_force,
        in_force if based_on is None else based_on,
        None if folder is None or based_on is not None else pulled_revision(folder, program.store),
        changes,
        warnings_of(folder or files),
        _overruled(program.notify_before, await registry.notice_days(program.store)),
    )


def _overruled(by_program: NotifyBefore, days: NoticeDays) -> Mapping[str, int]:
    """Return the days of the settings, by kind of notice, where the program declares others."""
    counted = overruled(by_program, days)
    named: list[tuple[NoticeName, int | None]] = [
        ("points", days.points),
        ("coupons", days.coupons),
        ("tier", days.tier),
    ]
    return {
        name: number
        for name, number in named
        if number is not None and getattr(counted, name) != getattr(by_program, name)
    }


def warnings_of(program: Path | Mapping[str, bytes]) -> tuple[Problem, ...]:
    """Return the warnings of `laurel check` for a folder, or for the files of a program."""
    contents = read_contents(program) if isinstance(program, Path) else Contents(program, (), (), is_whole=True)
    report = check_contents(contents, now=datetime.now(UTC))
    return tuple(problem for problem in report.problems if problem.severity != "error")


async def deploy(
    registry: Registry, pending: PendingDeployment, *, note: str = "", consent: DeployConsent = NO_CONSENT
) -> Deployed:
    """Put a program in force.

    Raise AnotherInForce if the revision in force is not the one it may replace, NotPulled if its folder does not have
    what was edited in the console, and UnnamedLosses if members would lose what `consent` does not name.
    """
    return await registry.deploy(
        pending.store,
        pending.files,
        based_on=pending.based_on,
        pulled=pending.pulled,
        note=note,
        consent=consent,
    )
