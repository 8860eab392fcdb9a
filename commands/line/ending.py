"""How a command ends that cannot do what it was asked: in words, and with an exit code."""

import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from commands.line.options import Format

if TYPE_CHECKING:
    from loyalty.files import ProgramFaults


def run_to_end(work: Callable[[], Coroutine[Any, Any, None]], format: Format = Format.text) -> None:  # noqa: A002
    """Run an asynchronous command, and turn what it cannot do into words and an exit code."""
    import uvloop
    from sqlalchemy.exc import SQLAlchemyError

    from commands.failures import CannotDo
    from commands.logs import log_to_stderr
    from database import WrongAddress
    from database.programs import UnknownRevision, UnknownStore
    from database.revisions import AnotherInForce
    from loyalty.files import ProgramFaults

    log_to_stderr()
    try:
        uvloop.run(work())
    except ProgramFaults as faults:
        print_problems(faults, format)
        raise typer.Exit(1) from None
    except (CannotDo, WrongAddress, AnotherInForce, UnknownRevision, UnknownStore) as error:
        fail(str(error))
    except SQLAlchemyError as error:
        fail(f"the database does not answer as one: {getattr(error, 'orig', error)}. See LAUREL_DATABASE_URL or --data")
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:
        if not _is_of_temporal(error):
            raise
        fail(f"Temporal does not answer: {error}. See TEMPORAL_ADDRESS")


def _is_of_temporal(error: Exception) -> bool:
    """Whether Temporal's client raised it; a command that never imported the client need not do so to find out."""
    service = sys.modules.get("temporalio.service")
    return service is not None and isinstance(error, service.RPCError)


def print_problems(faults: "ProgramFaults", format: Format) -> None:  # noqa: A002
    """Say everything that is wrong with a program."""
    from commands.reports import text

    if format is Format.json:
        print(text.as_json(faults.problems, store=None))
        return
    for line in text.lines(faults.problems):
        print(line)
    print(text.count(faults.problems), file=sys.stderr)


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
