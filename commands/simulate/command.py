"""`laurel simulate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import errors_as_exit_codes, fail, require_folder
from commands.shared.options import DATA, Format, OutputFormat, Store

if TYPE_CHECKING:
    from commands.simulate.simulation import AdhocMember, DeployedProgram, FolderProgram, StoredMember


def simulate(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The folder of a program; not with --deployed.", show_default=False),
    ] = None,
    event: Annotated[
        str | None,
        typer.Argument(
            metavar="EVENT", help="A file with the event, as it is reported; - reads it from stdin.", show_default=False
        ),
    ] = None,
    deployed: Annotated[bool, typer.Option("--deployed", help="Use the program in force instead of a folder.")] = False,
    member: Annotated[
        str | None, typer.Option("--member", help="A hypothetical member: a file, or its content.")
    ] = None,
    member_id: Annotated[str | None, typer.Option("--member-id", help="A member of the database, by their id.")] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="When it is reported. [default: its time; for a real member, now]")
    ] = None,
    store: Store = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="The data folder, for --deployed and for the member that the event names."),
    ] = None,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Simulate an event: what it would do under a program, and why. Nothing is written and nothing sent."""
    from commands.simulate.simulation import SimulationRequest, run_simulation
    from commands.simulate.text import failed

    program, event = _program_and_event(folder, event, deployed=deployed, store=store)
    who = _member(member, member_id, data, deployed=deployed)
    with errors_as_exit_codes(format):
        simulated = run_simulation(SimulationRequest(program, event, who, now, data or DATA))
    _print(simulated, format)
    if failed(simulated):
        raise typer.Exit(1)


def _program_and_event(
    folder: Path | None, event: str | None, *, deployed: bool, store: str | None
) -> tuple["FolderProgram | DeployedProgram", str]:
    from commands.simulate.simulation import DeployedProgram, FolderProgram

    if deployed and folder is not None and event is None:
        return DeployedProgram(store), str(folder)  # the only argument is the event
    if deployed or folder is None or event is None:
        fail("name a program and an event: laurel simulate DIR EVENT, or laurel simulate --deployed EVENT")
    if store is not None:
        fail("program.yaml says which store it is of: leave out --store")
    require_folder(folder)
    return FolderProgram(folder), event


def _member(
    member: str | None, member_id: str | None, data: Path | None, *, deployed: bool
) -> "AdhocMember | StoredMember":
    """Return the member to simulate: of the database with an option for it or --deployed, else an ad-hoc one."""
    from commands.simulate.simulation import AdhocMember, StoredMember

    is_named = member_id is not None or (data is not None and not deployed)
    if member is not None and is_named:
        fail("a member is invented or read from a database: leave out --member, or the others")
    is_stored = is_named or (deployed and member is None)
    return StoredMember(member_id) if is_stored else AdhocMember(member or "{}")


def _print(simulated: dict[str, object], format: Format) -> None:  # noqa: A002
    from rules import exact

    if format is Format.json:
        print(exact.dumps(simulated))
        return
    from rich.console import Console

    from commands.simulate.text import lines

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for line in lines(simulated):
        console.print(line)
