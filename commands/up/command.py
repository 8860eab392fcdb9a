"""`laurel up`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import fail, require_folder, run_async
from commands.shared.options import (
    API_PORT,
    DATA,
    LOOPBACK,
    TEMPORAL_PORT,
    UI_PORT,
    Data,
    Docs,
    Drop,
    MetricsHost,
    MetricsPort,
    Rename,
)

Program = Annotated[
    Path | None,
    typer.Option("--program", help="The program to deploy.", show_default="the one in force, or the example"),
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Deploy the folder of --program whenever it is saved without errors.")
]
ApiPort = Annotated[int, typer.Option("--port", min=1, max=65535, help="The port of the API.")]
TemporalPort = Annotated[
    int, typer.Option("--temporal-port", min=1, max=65535, help="The port of the Temporal server.")
]
UiPort = Annotated[int, typer.Option("--ui-port", min=1, max=65535, help="The port of the Temporal UI.")]


def up(
    program: Program = None,
    watch: Watch = False,
    drop: Drop = None,
    rename: Rename = False,
    data: Data = DATA,
    port: ApiPort = API_PORT,
    temporal_port: TemporalPort = TEMPORAL_PORT,
    ui_port: UiPort = UI_PORT,
    docs: Docs = True,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Run everything on this machine: Temporal with its UI, SQLite, API and worker. Ctrl-C ends it."""
    from commands.shared.consent import read_consent, refused
    from commands.shared.embedded import Ports
    from commands.shared.metrics_server import MetricsAddress
    from commands.up.running import UpOptions, run_until_shutdown
    from loyalty.refusals import UnnamedLosses

    if watch and program is None:
        fail("--watch needs a folder to watch: name it with --program")
    if (drop or rename) and program is None:
        fail("--drop and --rename are about the program to deploy: name it with --program")
    if program:
        require_folder(program)

    async def run() -> None:
        consent = read_consent(drop, rename=rename)
        ports, metrics = Ports(port, temporal_port, ui_port), MetricsAddress(metrics_host, metrics_port)
        try:
            await run_until_shutdown(UpOptions(program, watch, consent, data, ports, docs, metrics))
        except UnnamedLosses as losses:
            raise refused(losses, f"laurel up --program {program}") from None

    run_async(run)
