"""Turn errors of commands into messages and exit codes: 1 if the program is at fault, 2 if the call is."""

import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from commands.shared.options import Format

if TYPE_CHECKING:
    from program_files import Problem


def run_async(work: Callable[[], Coroutine[Any, Any, None]], format: Format = Format.text) -> None:  # noqa: A002 - as the option
    """Run an asynchronous command, with logs on standard error and errors as exit codes."""
    import uvloop

    from telemetry.logs import log_to

    log_to(sys.stderr)
    with errors_as_exit_codes(format):
        uvloop.run(work())


@contextmanager
def errors_as_exit_codes(format: Format = Format.text) -> Iterator[None]:  # noqa: A002 - as the option
    """Print the known errors of a block, and exit: with 1 for ProgramFaults, with 2 for all others."""
    from commands.shared.errors import CommandError
    from program_files import ProgramFaults

    try:
        yield
    except ProgramFaults as faults:
        print_problems(faults.problems, format)
        raise typer.Exit(1) from None
    except CommandError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:
        if (why := _database_message(error) or _temporal_message(error)) is None:
            raise
        fail(why)


def _database_message(error: Exception) -> str | None:
    """Return the message of a database's error; None for others.

    A command without a database need not import it here.
    """
    if "database" not in sys.modules:
        return None
    from sqlalchemy.exc import SQLAlchemyError

    from database import InvalidDatabaseUrl
    from database.migrate import NewerSchema
    from database.programs import UnknownRevision, UnknownStore
    from database.revisions import AnotherInForce
    from database.secret_keys import SecretKeyError

    known = InvalidDatabaseUrl | NewerSchema | SecretKeyError | AnotherInForce | UnknownRevision | UnknownStore
    if isinstance(error, known):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return (
            f"the database does not answer as one: {getattr(error, 'orig', error)}. See LAUREL_DATABASE_URL or --data"
        )
    return None


def _temporal_message(error: Exception) -> str | None:
    """Return the message of an error of Temporal's client; None for others."""
    service = sys.modules.get("temporalio.service")
    is_its_own = service is not None and isinstance(error, service.RPCError)
    return f"Temporal does not answer: {error}. See TEMPORAL_ADDRESS" if is_its_own else None


def print_problems(problems: "Sequence[Problem]", format: Format) -> None:  # noqa: A002 - as the option
    """Print all problems of a program as `laurel check` does."""
    from commands.shared.problem_text import problem_count, problem_lines, problems_as_json

    if format is Format.json:
        print(problems_as_json(problems, store=None))
        return
    for line in problem_lines(problems):
        print(line)
    print(problem_count(problems), file=sys.stderr)


def print_warnings(warnings: "Sequence[Problem]") -> None:
    """Print the warnings of a program, if there are any, as `laurel check` does."""
    if warnings:
        print_problems(warnings, Format.text)


def require_folder(folder: Path) -> None:
    """Exit with 2 if a program's folder does not exist or cannot be read."""
    try:
        is_folder = folder.is_dir()
    except OSError:  # the name is too long, or a folder above it may not be entered
        is_folder = False
    if not is_folder:
        fail(f"{folder} is not a folder: name the one that holds program.yaml")


def fail(message: str) -> NoReturn:
    """Print why the call is at fault, and exit with 2."""
    print(f"laurel: {message}", file=sys.stderr)
    raise typer.Exit(2)
