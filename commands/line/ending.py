"""How a command ends that cannot do what it was asked: in words, and with an exit code."""

import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from commands.line.options import Format

if TYPE_CHECKING:
    from loyalty.files import Problem, ProgramFaults


def run_to_end(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
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
        print_problems(faults, Format.text)
        raise typer.Exit(1) from None
    except (SettingError, EmbeddedError, TemporalError, ServingError, WrongAddress) as error:
        fail(str(error))
    except RPCError as error:
        fail(f"Temporal does not answer: {error}. See TEMPORAL_ADDRESS")
    except SQLAlchemyError as error:
        fail(f"the database does not answer as one: {getattr(error, 'orig', error)}. See LAUREL_DATABASE_URL or --data")
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}")


def print_problems(faults: "ProgramFaults", format: Format) -> None:  # noqa: A002
    """Say everything that is wrong with a program."""
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


def fail(message: str) -> NoReturn:
    """End with 2: the call is at fault, and the message says how."""
    print(f"laurel: {message}", file=sys.stderr)
    raise typer.Exit(2)
