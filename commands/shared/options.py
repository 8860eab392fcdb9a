"""Arguments and options that several commands take."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DATA = Path("laurel-data")
API_PORT, TEMPORAL_PORT, UI_PORT = 8000, 7233, 8233

Folder = Annotated[Path, typer.Argument(help="The folder of a program.", show_default=False)]
Data = Annotated[Path, typer.Option("--data", help="Where databases, logs and the admin's password are kept.")]
Store = Annotated[str | None, typer.Option("--store", help="The store's code.", show_default="the only one")]


class Format(StrEnum):
    """How a command prints its result, unless it has formats of its own."""

    text = "text"
    json = "json"
