"""`laurel up`."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import fail, need_folder, print_warnings, run_to_end
from commands.shared.options import API_PORT, DATA, TEMPORAL_PORT, UI_PORT, Data


def up(
    program: Annotated[
        Path | None,
        typer.Option("--program", help="The program to deploy.", show_default="the one in force, or the example"),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Put in force what is saved in the folder of --program, when it is right.")
    ] = False,
    data: Data = DATA,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the API.")] = API_PORT,
    temporal_port: Annotated[
        int, typer.Option("--temporal-port", min=1, max=65535, help="Of the Temporal server.")
    ] = TEMPORAL_PORT,
    ui_port: Annotated[int, typer.Option("--ui-port", min=1, max=65535, help="Of the Temporal UI.")] = UI_PORT,
) -> None:
    """Run everything on this machine: Temporal with its UI, SQLite, API and worker. Ctrl-C ends it."""
    from commands.deploy.deployment import warnings
    from commands.shared.settings import EXAMPLE_PROGRAM, Settings
    from commands.up import embedded
    from commands.up.watch import Watch
    from program_files import read_folder

    if watch and program is None:
        fail("--watch needs a folder to watch: name it with --program")
    if program:
        need_folder(program)

    async def run() -> None:
        async with embedded.running(
            files=read_folder(program) if program else None,
            example=read_folder(EXAMPLE_PROGRAM),
            folder=data,
            ports=embedded.Ports(port, temporal_port, ui_port),
            settings=Settings.read(),
        ) as laurel:
            if program:
                print_warnings(warnings(program))
            print(f"Laurel is up with the program of store {laurel.store}, revision {laurel.revision}.")
            print(f"  API          {laurel.url}/docs")
            print(f"  Temporal UI  {laurel.ui_url}")
            print(f"  Data         {data.resolve()}")
            if laurel.made_password:
                print(f"  Admin        admin, password {laurel.made_password} (kept in {data / 'admin-password'})")
            watched = None
            if program and watch:
                print(f"  Watching     {program.resolve()}")
                watched = Watch(program, laurel.programs, laurel.store, laurel.revision).run()
            print("Ctrl-C ends it.", flush=True)
            await embedded.until_asked_to_stop(watched)

    run_to_end(run)
