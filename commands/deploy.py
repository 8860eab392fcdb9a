"""`laurel deploy`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.deployment_text import print_deployed, print_pending, print_refused
from commands.shared.exits import fail, require_folder, run_async
from commands.shared.options import DATA, Data, Drop, Format, OutputFormat, Rename

if TYPE_CHECKING:
    from commands.shared.plan_files import PlanError
    from database.revisions import AnotherInForce


def deploy(
    folder: Annotated[Path | None, typer.Argument(help="The folder of a program.", show_default=False)] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="Deploy exactly what `laurel plan --save FILE` planned.")
    ] = None,
    data: Data = DATA,
    note: Annotated[str, typer.Option("--note", help="The reason, shown by `laurel revisions`.")] = "",
    based_on: Annotated[
        int | None,
        typer.Option(
            "--based-on", min=0, help="Deploy only if this revision is in force.", show_default="the one that is"
        ),
    ] = None,
    drop: Drop = None,
    rename: Rename = False,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Deploy a program to the database of LAUREL_DATABASE_URL or of `laurel up`, and print what changes."""
    from commands.shared import deployment
    from commands.shared.consent import read_consent, refused
    from commands.shared.registry_access import open_registry
    from database.revisions import AnotherInForce
    from loyalty.refusals import UnnamedLosses

    async def run() -> None:
        consent = read_consent(drop, rename=rename)
        files, base = _program(folder, plan, based_on)
        async with open_registry(data) as registry:
            pending = await deployment.prepare(registry, files, folder=folder, based_on=base)
            print_pending(pending, format)
            try:
                done = await deployment.deploy(registry, pending, note=note, consent=consent)
            except UnnamedLosses as losses:
                print_refused(losses, format)
                raise refused(losses, f"laurel deploy {folder or f'--plan {plan}'}") from None
            except AnotherInForce as late:
                raise (late if plan is None else _outdated(plan, late)) from None
        print_deployed(pending, done, format)

    run_async(run, format)


def _outdated(plan: Path, late: "AnotherInForce") -> "PlanError":
    """Return the error of a plan that was made before the last deploy."""
    from commands.shared.plan_files import PlanError

    seen = f"revision {late.based_on}" if late.based_on else "none"
    return PlanError(f"{late.in_force}, and {plan} was compared with {seen}: plan again")


def _program(folder: Path | None, plan: Path | None, based_on: int | None) -> tuple[Mapping[str, bytes], int | None]:
    """Return the files to deploy, and the revision they may replace (None: the one in force)."""
    from commands.shared.plan_files import read_plan
    from program_files import read_folder

    if folder is not None and plan is None:
        require_folder(folder)
        return read_folder(folder), based_on
    if folder is not None or plan is None:
        fail("name the folder of a program, or a plan: laurel deploy DIR, laurel deploy --plan FILE")
    if based_on is not None:
        fail("a plan says itself which revision it is based on: leave --based-on out")
    return read_plan(plan)
