"""laurel ...: parse arguments, call the core, print. Exit 0: good; 1: the program is at fault; 2: the call is."""

# Imports of anything heavy stand inside the commands: `laurel check` must not wait for FastAPI and Temporal.
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from loyalty.files import Problem, ProgramFaults

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

DATA = Path("laurel-data")
API_PORT, TEMPORAL_PORT, UI_PORT = 8000, 7233, 8233

Folder = Annotated[Path, typer.Argument(help="The folder of a program.", show_default=False)]
Data = Annotated[Path, typer.Option("--data", help="Where databases, logs and the admin's password are kept.")]


class Format(StrEnum):
    text = "text"
    json = "json"


def main() -> None:
    """The `laurel` command."""
    app(prog_name="laurel")


@app.callback()
def laurel() -> None:
    """A self-hosted loyalty engine: events in, points, achievements and webhooks out, durably."""


@app.command()
def check(
    folder: Folder,
    format: Annotated[Format, typer.Option("--format", help="How problems are printed.")] = Format.text,  # noqa: A002
) -> None:
    """Read a program and say everything that is wrong with it."""
    from loyalty.files import ProgramFaults, read_folder, read_program

    if not folder.is_dir():
        _fail(f"{folder} is no folder: name the one that holds program.yaml")
    try:
        program = read_program(read_folder(folder))
    except ProgramFaults as faults:
        _print_problems(faults, format)
        raise typer.Exit(1) from None
    if format is Format.json:
        print(json.dumps({"store": program.store, "problems": []}))
    else:
        counts = f"{len(program.reactors)} reactors, {len(program.achievements)} achievements"
        print(f"{folder}: {program.title} is right ({counts})")


@app.command()
def evaluate() -> None:
    """Evaluate JSON Logic: lines of {"rule": ..., "data": ...} in, {"result": ...} or {"error": ...} out."""
    import rules

    worst = 0
    for line in filter(str.strip, sys.stdin):
        answer, fault = _evaluated(line)
        worst = max(worst, fault)
        print(rules.exact.dumps(answer), flush=True)
    if worst:
        raise typer.Exit(worst)


def _evaluated(line: str) -> tuple[dict[str, Any], int]:
    """The answer to one line, and whose fault it is where it is an error: 1 the rule's, 2 the line's."""
    import rules

    try:
        asked = rules.exact.loads(line)
    except rules.MalformedJson as error:
        return {"error": str(error)}, 2
    if not isinstance(asked, dict) or "rule" not in asked:
        return {"error": 'write lines such as {"rule": {"var": "a"}, "data": {"a": 1}}'}, 2
    try:
        return {"result": rules.evaluate(asked["rule"], asked.get("data"))}, 0
    except rules.RuleError as error:
        return {"error": str(error)}, 1


@app.command()
def up(
    program: Annotated[
        Path | None,
        typer.Option("--program", help="The program to deploy. [default: the one in force, or the example]"),
    ] = None,
    data: Data = DATA,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Of the API.")] = API_PORT,
    temporal_port: Annotated[
        int, typer.Option("--temporal-port", min=1, max=65535, help="Of the Temporal server.")
    ] = TEMPORAL_PORT,
    ui_port: Annotated[int, typer.Option("--ui-port", min=1, max=65535, help="Of the Temporal UI.")] = UI_PORT,
) -> None:
    """Run everything on this machine: Temporal with its UI, SQLite, API and worker. Ctrl-C ends it."""
    from commands import embedded
    from commands.settings import EXAMPLE_PROGRAM, Settings
    from loyalty.files import read_folder

    async def run() -> None:
        async with embedded.running(
            files=read_folder(program) if program else None,
            example=read_folder(EXAMPLE_PROGRAM),
            folder=data,
            ports=embedded.Ports(port, temporal_port, ui_port),
            settings=Settings.read(),
        ) as laurel:
            print(f"Laurel is up with the program of store {laurel.store}, revision {laurel.revision}.")
            print(f"  API          {laurel.url}/docs")
            print(f"  Temporal UI  {laurel.ui_url}")
            print(f"  Data         {data.resolve()}")
            if laurel.made_password:
                print(f"  Admin        admin, password {laurel.made_password} (kept in {data / 'admin-password'})")
            print("Ctrl-C ends it.", flush=True)
            await embedded.until_asked_to_stop()

    _run(run)


@app.command()
def demo() -> None:
    """Show Laurel at work: seven days of one member, told as it happens."""
    from commands import demonstration

    try:
        _run(demonstration.run)
    except demonstration.StepNotSeenError as error:
        print(f"laurel demo: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


@app.command()
def api(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = API_PORT,
) -> None:
    """Run the API alone, for a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands import apart

    _run(lambda: apart.run_api(host=host, port=port))


@app.command()
def worker() -> None:
    """Run a worker alone, for a Temporal cluster and PostgreSQL (LAUREL_DATABASE_URL, Temporal's own variables)."""
    from commands import apart

    _run(apart.run_worker)


@app.command()
def deploy(folder: Folder, data: Data = DATA) -> None:
    """Put a program in force: in the database of LAUREL_DATABASE_URL, or in that of `laurel up` (running or not)."""
    from commands import deploying
    from loyalty.files import read_folder

    async def run() -> None:
        print(await deploying.deploy(read_folder(folder), data=data))

    _run(run)


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an asynchronous command, and turn what it cannot do into words and an exit code."""
    import uvloop
    from sqlalchemy.exc import SQLAlchemyError
    from temporalio.service import RPCError

    from commands.embedded import EmbeddedError
    from commands.logs import log_to_stderr
    from commands.serving import ServingError
    from commands.settings import SettingError
    from commands.temporal_server import TemporalError
    from database import WrongAddress
    from loyalty.files import ProgramFaults

    log_to_stderr()
    try:
        uvloop.run(work())
    except ProgramFaults as faults:
        _print_problems(faults, Format.text)
        raise typer.Exit(1) from None
    except (SettingError, EmbeddedError, TemporalError, ServingError, WrongAddress) as error:
        _fail(str(error))
    except RPCError as error:
        _fail(f"Temporal does not answer: {error}. See TEMPORAL_ADDRESS")
    except SQLAlchemyError as error:
        _fail(
            f"the database does not answer as one: {getattr(error, 'orig', error)}. See LAUREL_DATABASE_URL or --data"
        )
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}")


def _print_problems(faults: "ProgramFaults", format: Format) -> None:  # noqa: A002
    if format is Format.json:
        print(json.dumps({"problems": [_problem(problem) for problem in faults.problems]}))
        return
    for problem in faults.problems:
        print(problem)
    print(f"{len(faults.problems)} {'problem' if len(faults.problems) == 1 else 'problems'}", file=sys.stderr)


def _problem(problem: "Problem") -> Mapping[str, object]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "code": problem.code,
        "message": problem.message,
        "suggestion": problem.suggestion,
    }


def _fail(message: str) -> NoReturn:
    print(f"laurel: {message}", file=sys.stderr)
    raise typer.Exit(2)
