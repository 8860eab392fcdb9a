"""`laurel backup`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, which must not exist.", show_default=False)],
    data: Data = DATA,
) -> None:
    """Write a consistent copy of the database to one file, also while Laurel runs."""
    from commands.backup.writing import write_backup

    with errors_as_exit_codes():
        size = write_backup(data, file)
    print(f"{file} holds the database ({size:,} bytes)")
