"""How a command ends that cannot do what it was asked: in words, and with an exit code."""

import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from commands.shared.options import Format

if TYPE_CHECKING:
    from program_files import Problem


def run_to_end(work: Callable[[], Coroutine[Any, Any, None]], format: Format = Format.text) -> None:  # noqa: A002
    """Run an asynchronous command, and turn what it cannot do into words and an exit code."""
    import uvloop

    from commands.shared.logs import log_to_stderr

    log_to_stderr()
    with in_words(format):
        uvloop.run(work())


@contextmanager
def in_words(format: Format = Format.text) -> Iterator[None]:  # noqa: A002
    """Say why what is inside cannot be done, and end: with 1 where a program is at fault, with 2 where the call is."""
    from commands.shared.errors import CannotDo
    from program_files import ProgramFaults

    try:
        yield
    except ProgramFaults as faults:
        print_problems(faults.problems, format)
        raise typer.Exit(1) from None
    except CannotDo as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:
        if (why := _of_database(error) or _of_temporal(error)) is None:
            raise
        fail(why)


def _of_database(error: Exception) -> str | None:
    """What a database raised, in words; a command that never imported it need not do so to find out."""
    if "database" not in sys.modules:
        return None
    from sqlalchemy.exc import SQLAlchemyError

    from database import WrongAddress
    from database.programs import UnknownRevision, UnknownStore
    from database.revisions import AnotherInForce

    if isinstance(error, WrongAddress | AnotherInForce | UnknownRevision | UnknownStore):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return (
            f"the database does not answer as one: {getattr(error, 'orig', error)}. See LAUREL_DATABASE_URL or --data"
        )
    return None


def _of_temporal(error: Exception) -> str | None:
    """What Temporal's client raised, likewise."""
    service = sys.modules.get("temporalio.service")
    is_its_own = service is not None and isinstance(error, service.RPCError)
    return f"Temporal does not answer: {error}. See TEMPORAL_ADDRESS" if is_its_own else None


def print_problems(problems: "Sequence[Problem]", format: Format) -> None:  # noqa: A002
    """Say everything that is wrong with a program, as `laurel check` does."""
    from commands.check import text

    if format is Format.json:
        print(text.as_json(problems, store=None))
        return
    for line in text.lines(problems):
        print(line)
    print(text.count(problems), file=sys.stderr)


def print_warnings(warnings: "Sequence[Problem]") -> None:
    """Say what may be wrong with a program, and stops nothing, as `laurel check` does."""
    if warnings:
        print_problems(warnings, Format.text)


def need_folder(folder: Path) -> None:
    """End with 2 where a program's folder is none, or one that nobody may look at."""
    try:
        is_folder = folder.is_dir()
    except OSError:  # a name too long, or a folder above it that is closed
        is_folder = False
    if not is_folder:
        fail(f"{folder} is no folder: name the one that holds program.yaml")


def fail(message: str) -> NoReturn:
    """End with 2: the call is at fault, and the message says how."""
    print(f"laurel: {message}", file=sys.stderr)
    raise typer.Exit(2)
