"""`laurel check`."""

import json
from typing import Annotated

import typer

from commands.line.ending import fail, print_problems
from commands.line.options import Folder, Format


def check(
    folder: Folder,
    format: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.text,  # noqa: A002
) -> None:
    """Read a program and say everything that is wrong with it."""
    from loyalty.files import ProgramFaults, read_folder, read_program

    if not folder.is_dir():
        fail(f"{folder} is no folder: name the one that holds program.yaml")
    try:
        program = read_program(read_folder(folder))
    except ProgramFaults as faults:
        print_problems(faults, format)
        raise typer.Exit(1) from None
    if format is Format.json:
        print(json.dumps({"store": program.store, "problems": []}))
    else:
        counts = f"{len(program.reactors)} reactors, {len(program.achievements)} achievements"
        print(f"{folder}: {program.title} is right ({counts})")
