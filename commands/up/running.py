"""Run everything on one machine until the process is stopped, for `laurel up`."""

from dataclasses import dataclass
from pathlib import Path

from commands.shared import embedded
from commands.shared.deployment import warnings_of
from commands.shared.exits import print_warnings
from commands.shared.metrics_server import MetricsAddress
from commands.shared.options import DATA
from commands.shared.settings import EXAMPLE_PROGRAM, Settings
from commands.shared.shutdown import wait_for_shutdown
from commands.up.watch import FolderWatch
from loyalty.losses import DeployConsent
from program_files import read_folder


@dataclass(frozen=True, slots=True)
class UpOptions:
    """The options of `laurel up`."""

    program: Path | None
    """The folder to deploy. None: the program in force stays."""
    watch: bool
    """Whether the folder is deployed again when it is saved."""
    consent: DeployConsent
    data: Path
    ports: embedded.Ports
    show_docs: bool
    metrics: MetricsAddress


async def run_until_shutdown(options: UpOptions) -> None:
    """Start Laurel, print its URLs, and run until a signal; raise UnnamedLosses if the deploy is refused."""
    program = embedded.ProgramToDeploy(
        files=read_folder(options.program) if options.program else None,
        example=read_folder(EXAMPLE_PROGRAM),
        read_from=options.program,
        consent=options.consent,
    )
    async with embedded.running(
        program,
        folder=options.data,
        ports=options.ports,
        settings=Settings.read(),
        show_docs=options.show_docs,
        metrics=options.metrics,
    ) as laurel:
        if options.program:
            _print_notices(options.program, laurel.not_deployed)
        _print_urls(laurel, options)
        watch = None
        if options.program and options.watch:
            print(f"  Watching     {options.program.resolve()}")
            watch = _folder_watch(options.program, laurel, options.data).run()
        print("Ctrl-C ends it.", flush=True)
        await wait_for_shutdown(watch)


def _folder_watch(program: Path, laurel: embedded.Laurel, data: Path) -> FolderWatch:
    """Return the watch that deploys the folder whenever it is saved."""
    deploy = f"laurel deploy {program}" + ("" if data == DATA else f" --data {data}")
    return FolderWatch(program, laurel.programs, laurel.store, laurel.revision, deploy=deploy)


def _print_urls(laurel: embedded.Laurel, options: UpOptions) -> None:
    """Print where everything is, and the admin's password if it is new."""
    print(f"Laurel is up with the program of store {laurel.store}, revision {laurel.revision}.")
    print(f"  Console      {laurel.url}/console")
    print(f"  API          {laurel.url}{'/docs' if options.show_docs else ''}")
    print(f"  Temporal UI  {laurel.ui_url}")
    print(f"  Data         {options.data.resolve()}")
    if laurel.new_password:
        print(f"  Admin        admin, password {laurel.new_password} (kept in {options.data / 'admin-password'})")
    if laurel.password_notice:
        print(f"  Note         {laurel.password_notice}")
    if options.metrics.port:
        print(f"  Metrics      http://{options.metrics.host}:{options.metrics.port}/metrics")


def _print_notices(program: Path, not_deployed: str | None) -> None:
    """Print the warnings of the program, and why it was not deployed."""
    print_warnings(warnings_of(program))
    if not_deployed:
        print(f"The program in force stays: {not_deployed}")
