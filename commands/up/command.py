"""`laurel up`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import fail, print_warnings, require_folder, run_async
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

if TYPE_CHECKING:  # imported when it runs, so that other commands start fast
    from commands.shared.embedded import Laurel


def up(
    program: Annotated[
        Path | None,
        typer.Option("--program", help="The program to deploy.", show_default="the one in force, or the example"),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Deploy the folder of --program whenever it is saved without errors.")
    ] = False,
    drop: Drop = None,
    rename: Rename = False,
    data: Data = DATA,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port of the API.")] = API_PORT,
    temporal_port: Annotated[
        int, typer.Option("--temporal-port", min=1, max=65535, help="The port of the Temporal server.")
    ] = TEMPORAL_PORT,
    ui_port: Annotated[int, typer.Option("--ui-port", min=1, max=65535, help="The port of the Temporal UI.")] = UI_PORT,
    docs: Docs = True,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Run everything on this machine: Temporal with its UI, SQLite, API and worker. Ctrl-C ends it."""
    from commands.shared import embedded
    from commands.shared.consent import read_consent, refused
    from commands.shared.metrics_server import MetricsAddress
    from commands.shared.settings import EXAMPLE_PROGRAM, Settings
    from commands.shared.shutdown import wait_for_shutdown
    from commands.up.watch import FolderWatch
    from loyalty.losses import DeployConsent
    from loyalty.refusals import UnnamedLosses
    from program_files import read_folder

    if watch and program is None:
        fail("--watch needs a folder to watch: name it with --program")
    if (drop or rename) and program is None:
        fail("--drop and --rename are about the program to deploy: name it with --program")
    if program:
        require_folder(program)

    async def run() -> None:
        consent = read_consent(drop, rename=rename)
        try:
            await run_until_shutdown(consent)
        except UnnamedLosses as losses:
            raise refused(losses, f"laurel up --program {program}") from None

    async def run_until_shutdown(consent: DeployConsent) -> None:
        async with embedded.running(
            files=read_folder(program) if program else None,
            read_from=program,
            consent=consent,
            example=read_folder(EXAMPLE_PROGRAM),
            folder=data,
            ports=embedded.Ports(port, temporal_port, ui_port),
            settings=Settings.read(),
            show_docs=docs,
            metrics=MetricsAddress(metrics_host, metrics_port),
        ) as laurel:
            if program:
                _print_notices(program, laurel.not_deployed)
            _print_places(laurel, data, docs=docs, metrics=f"{metrics_host}:{metrics_port}" if metrics_port else None)
            watched = None
            if program and watch:
                print(f"  Watching     {program.resolve()}")
                deploy = f"laurel deploy {program}" + ("" if data == DATA else f" --data {data}")
                watched = FolderWatch(program, laurel.programs, laurel.store, laurel.revision, deploy=deploy).run()
            print("Ctrl-C ends it.", flush=True)
            await wait_for_shutdown(watched)

    run_async(run)


def _print_places(laurel: "Laurel", data: Path, *, docs: bool, metrics: str | None) -> None:
    """Print the URLs; `metrics`: the host and port of metrics."""
    print(f"Laurel is up with the program of store {laurel.store}, revision {laurel.revision}.")
    print(f"  Console      {laurel.url}/console")
    print(f"  API          {laurel.url}{'/docs' if docs else ''}")
    print(f"  Temporal UI  {laurel.ui_url}")
    print(f"  Data         {data.resolve()}")
    if laurel.new_password:
        print(f"  Admin        admin, password {laurel.new_password} (kept in {data / 'admin-password'})")
    if laurel.password_notice:
        print(f"  Note         {laurel.password_notice}")
    if metrics:
        print(f"  Metrics      http://{metrics}/metrics")


def _print_notices(program: Path, not_deployed: str | None) -> None:
    """Print the warnings of the program, and why it was not deployed."""
    from commands.shared.deployment import warnings_of

    print_warnings(warnings_of(program))
    if not_deployed:
        print(f"The program in force stays: {not_deployed}")
