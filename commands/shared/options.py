"""Arguments and options that several commands take."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

DATA = Path("laurel-data")
API_PORT, TEMPORAL_PORT, UI_PORT = 8000, 7233, 8233

Folder = Annotated[Path, typer.Argument(help="The folder of a program.", show_default=False)]
Data = Annotated[Path, typer.Option("--data", help="Where databases, logs and the admin's password are kept.")]
Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", help="What members may lose by it: wallet:NAME, tier:NAME, reward:NAME or event:NAME."),
]
Rename = Annotated[bool, typer.Option("--rename", help="Its title may be another than that of the program in force.")]
MetricsPort = Annotated[
    int | None,
    typer.Option("--metrics-port", min=1, max=65535, help="Serve metrics to Prometheus here.", show_default="none"),
]
MetricsHost = Annotated[
    str, typer.Option("--metrics-host", help="The address to serve metrics at: anyone who reaches it can read them.")
]
LOOPBACK = "127.0.0.1"
Store = Annotated[str | None, typer.Option("--store", help="The store's code.", show_default="the only one")]

Docs = Annotated[bool, typer.Option("--docs/--no-docs", help="Whether /docs and /openapi.json answer, to everybody.")]


class Format(StrEnum):
    """The output format of a command, unless it has formats of its own."""

    text = "text"
    json = "json"
