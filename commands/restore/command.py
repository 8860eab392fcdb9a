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
        bool,
        typer.Option(
            "--replace", help="Replace an existing database: a SQLite file is renamed, PostgreSQL's is deleted."
        ),
    ] = False,
) -> None:
    """Restore a database from a backup, while nothing runs on it."""
    from commands.restore.restoring import restore_backup

    with errors_as_exit_codes():
        notes = restore_backup(data, file, replace=replace)
    for note in notes:
        print(note)
