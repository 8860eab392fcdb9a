"""Run the tests of a folder, and write the report in the format asked for."""

import os
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, TextIO, TypeAlias, assert_never

import typer

from commands.shared.problem_text import problem_count, problem_lines, problems_as_json
from commands.shared.terminal_text import printable
from commands.test.json_format import as_json
from commands.test.junit import as_junit, faults_as_junit
from commands.test.suite import NoTests, Selection, SuiteResult, run_suite
from commands.test.text import lines
from program_files import ProgramFaults

ReportFormat: TypeAlias = Literal["text", "json", "junit"]

_COLOURS = {"good": "green", "bad": "red", "quiet": "bright_black"}


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Whose tests are reported, in which format, and where."""

    folder: Path
    format: ReportFormat
    output: Path | None = None
    """The file for the report; the terminal then gets the report as text."""
    fail_under: Decimal | None = None


def run_and_report(selection: Selection, options: ReportOptions) -> int:
    """Run, report, and return the exit code: 1 if a test or the program is at fault, 2 if the call is."""
    try:
        result: SuiteResult | ProgramFaults = run_suite(options.folder, selection)
    except ProgramFaults as faults:
        result = faults
    except NoTests as error:
        print(f"laurel: {error}", file=sys.stderr)
        return 2
    try:
        if options.output is not None:
            options.output.write_text(_report(result, options.format, options, sys.stderr), "utf-8")
    except OSError as error:
        print(f"laurel: {options.output}: {error.strerror}", file=sys.stderr)
        return 2
    print(_report(result, "text" if options.output else options.format, options, sys.stdout), end="", flush=True)
    return 0 if isinstance(result, SuiteResult) and result.is_good(options.fail_under) else 1


def _report(result: SuiteResult | ProgramFaults, format: ReportFormat, options: ReportOptions, to: TextIO) -> str:  # noqa: A002
    """Return the report in one format."""
    if isinstance(result, ProgramFaults):
        return _faults(result, format, options)
    match format:
        case "text":
            return _text(result, options, to)
        case "json":
            return f"{as_json(result, options.fail_under)}\n"
        case "junit":
            return as_junit(result, options.folder)
        case _:
            assert_never(format)


def _faults(faults: ProgramFaults, format: ReportFormat, options: ReportOptions) -> str:  # noqa: A002
    match format:
        case "text":
            count = f"{problem_count(faults.problems)}: no test was run"
            return "".join(f"{line}\n" for line in [*problem_lines(faults.problems), count])
        case "json":
            return f"{problems_as_json(faults.problems, store=None)}\n"
        case "junit":
            return faults_as_junit(faults, options.folder)
        case _:
            assert_never(format)


def _text(result: SuiteResult, options: ReportOptions, to: TextIO) -> str:
    has_colours = to.isatty() and "NO_COLOR" not in os.environ
    styled = ((printable(line), tone) for line, tone in lines(result, options.fail_under))
    return "".join(
        f"{typer.style(line, fg=_COLOURS[tone]) if has_colours and tone in _COLOURS else line}\n"
        for line, tone in styled
    )
