"""`laurel backup`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data, Format, OutputFormat


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, which must not exist.", show_default=False)],
    data: Data = DATA,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Write a consistent copy of the database to one file, also while Laurel runs."""
    from commands.backup.writing import write_backup

    with errors_as_exit_codes(format):
        size = write_backup(data, file)
    if format is Format.json:
        print(json.dumps({"file": str(file), "bytes": size}))
        return
    print(f"{file} holds the database ({size:,} bytes)")
