"""`laurel restore`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `laurel backup` wrote.", show_default=False)],
    data: Data = DATA,
    replace: Annotated[
        bool, typer.Option("--replace", help="There may be a database: SQLite's is kept beside, PostgreSQL's is lost.")
    ] = False,
) -> None:
    """Bring a database back from a backup, while nothing runs on it."""
    from commands.restore.restoring import restore_backup

    with errors_as_exit_codes():
        notes = restore_backup(data, file, replace=replace)
    for note in notes:
        print(note)
