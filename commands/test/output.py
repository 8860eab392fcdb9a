"""One run of a folder's tests, told in the format that was asked for."""

import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, TextIO, TypeAlias, assert_never

import typer

from commands.check import text as problems_text
from commands.test import json_format as machine
from commands.test import junit, text
from commands.test.suite import Choice, NoTests, Outcome, run_suite
from program_files import ProgramFaults

Format: TypeAlias = Literal["text", "json", "junit"]

_COLOURS = {"good": "green", "bad": "red", "quiet": "bright_black"}


@dataclass(frozen=True, slots=True)
class Telling:
    """Which folder's tests, and how their outcome is told."""

    folder: Path
    format: Format
    output: Path | None = None
    """Where it goes; text then goes to the terminal all the same."""
    fail_under: Decimal | None = None


def tell(choice: Choice, telling: Telling) -> int:
    """Run, tell, and answer the exit code: 1 where a test or the program is at fault, 2 where the call is."""
    try:
        outcome: Outcome | ProgramFaults = run_suite(telling.folder, choice)
    except ProgramFaults as faults:
        outcome = faults
    except NoTests as error:
        print(f"laurel: {error}", file=sys.stderr)
        return 2
    try:
        if telling.output is not None:
            telling.output.write_text(_told(outcome, telling.format, telling, sys.stderr), "utf-8")
    except OSError as error:
        print(f"laurel: {telling.output}: {error.strerror}", file=sys.stderr)
        return 2
    print(_told(outcome, "text" if telling.output else telling.format, telling, sys.stdout), end="", flush=True)
    return 0 if isinstance(outcome, Outcome) and outcome.is_good(telling.fail_under) else 1


def _told(outcome: Outcome | ProgramFaults, format: Format, telling: Telling, to: TextIO) -> str:  # noqa: A002
    """The whole text of one format."""
    if isinstance(outcome, ProgramFaults):
        return _faults(outcome, format, telling)
    match format:
        case "text":
            return _text(outcome, telling, to)
        case "json":
            return f"{machine.as_json(outcome, telling.fail_under)}\n"
        case "junit":
            return junit.as_junit(outcome, telling.folder)
        case _:
            assert_never(format)


def _faults(faults: ProgramFaults, format: Format, telling: Telling) -> str:  # noqa: A002
    match format:
        case "text":
            count = f"{problems_text.count(faults.problems)}: no test was run"
            return "".join(f"{line}\n" for line in [*problems_text.lines(faults.problems), count])
        case "json":
            return f"{problems_text.as_json(faults.problems, store=None)}\n"
        case "junit":
            return junit.faults_as_junit(faults, telling.folder)
        case _:
            assert_never(format)


def _text(outcome: Outcome, telling: Telling, to: TextIO) -> str:
    has_colours = to.isatty() and "NO_COLOR" not in os.environ
    told = ((problems_text.on_one_line(line), tone) for line, tone in text.lines(outcome, telling.fail_under))
    return "".join(
        f"{typer.style(line, fg=_COLOURS[tone]) if has_colours and tone in _COLOURS else line}\n" for line, tone in told
    )
