"""`laurel simulate`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.line.ending import fail, need_folder, print_problems
from commands.line.options import Folder, Format


def simulate(
    folder: Folder,
    event: Annotated[str, typer.Argument(help="A file with the event, as it is reported; - reads it from stdin.")],
    member: Annotated[
        str | None, typer.Option("--member", help="An invented member: a file, or what it would say.")
    ] = None,
    member_id: Annotated[str | None, typer.Option("--member-id", help="A member of the database, by their id.")] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="When it is reported. [default: when it happens; of a real member, now]")
    ] = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="Read the member that the event names from this data folder.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.text,  # noqa: A002
) -> None:
    """Try an event out: what it would do under a program, and why. Nothing is written and nothing sent."""
    from commands import simulated, simulating
    from commands.failures import CannotDo
    from loyalty.files import ProgramFaults

    need_folder(folder)
    try:
        said = simulating.simulation(simulating.Asked(folder, event, member, member_id, now, data))
    except ProgramFaults as faults:
        print_problems(faults, format)
        raise typer.Exit(1) from None
    except CannotDo as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")
    _print(said, format)
    if simulated.failed(said):
        raise typer.Exit(1)


def _print(said: dict[str, object], format: Format) -> None:  # noqa: A002
    from rules import exact

    if format is Format.json:
        print(exact.dumps(said))
        return
    from rich.console import Console

    from commands import simulated

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for line in simulated.lines(said):
        console.print(line)
