"""Arguments and options that several commands take."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from loyalty.losses import LOSS_KEYS

DATA = Path("laurel-data")
API_PORT, TEMPORAL_PORT, UI_PORT = 8000, 7233, 8233

Folder = Annotated[Path, typer.Argument(help="The folder of a program.", show_default=False)]
Data = Annotated[Path, typer.Option("--data", help="The folder for the databases, logs and the admin's password.")]
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", help=f"Allow the deploy to remove or change this: {LOSS_KEYS}."),
]
Rename = Annotated[bool, typer.Option("--rename", help="Allow the deploy to change the title of the program.")]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port", min=1, max=65535, help="The port to serve Prometheus metrics on.", show_default="none"
    ),
]
MetricsHost = Annotated[str, typer.Option("--metrics-host", help="The address to serve metrics on, without a login.")]
LOOPBACK = "127.0.0.1"
Store = Annotated[str | None, typer.Option("--store", help="The store's code.", show_default="the only one")]

Docs = Annotated[bool, typer.Option("--docs/--no-docs", help="Serve /docs and /openapi.json, without a login.")]


class Format(StrEnum):
    """The output format of a command, unless it has formats of its own."""

    text = "text"
    json = "json"


OutputFormat = Annotated[Format, typer.Option("--format", help="The output format.")]
