"""`laurel restore`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data, Format, OutputFormat


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `laurel backup` wrote.", show_default=False)],
    data: Data = DATA,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Replace an existing database: a SQLite file is renamed, PostgreSQL's is deleted."
        ),
    ] = False,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Restore a database from a backup, while nothing runs on it."""
    from commands.restore.restoring import restore_backup

    with errors_as_exit_codes(format):
        notes = restore_backup(data, file, replace=replace)
    if format is Format.json:
        print(json.dumps({"file": str(file), "notes": notes}))
        return
    for note in notes:
        print(note)
