"""`laurel check`."""

import gc
import os
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from commands.shared.exits import fail
from commands.shared.options import Folder

if TYPE_CHECKING:
    from commands.check.findings import Findings
    from program_files import Report


class CheckFormat(StrEnum):
    """How problems are printed."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


def check(
    folder: Folder,
    format: Annotated[CheckFormat, typer.Option("--format", help="The output format.")] = CheckFormat.text,  # noqa: A002
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 1 on warnings, too; notes never fail the check.")
    ] = False,
) -> None:
    """Check a program, and print every problem with its place."""
    from commands.check.findings import Findings
    from commands.shared.problem_text import problems_as_json
    from program_files import read_contents
    from workbench.checking import check_contents

    gc.disable()  # all objects live until the process ends: collections would find no garbage
    contents = read_contents(folder)
    if any(problem.code == "missing-folder" for problem in contents.problems):
        fail(f"{folder} is not a folder: name the one that holds program.yaml")
    report = check_contents(contents, now=datetime.now(UTC))
    has_warnings = any(problem.severity == "warning" for problem in report.problems)
    is_right = report.program is not None and not (strict and has_warnings)
    findings = Findings(_display_path(folder), report.problems, contents.files)
    match format:
        case CheckFormat.text:
            _print_text(folder, report, is_right=is_right)
        case CheckFormat.json:
            print(problems_as_json(report.problems, report.program.store if report.program else None))
        case CheckFormat.github:
            _print_annotations(findings)
        case CheckFormat.sarif:
            _print_sarif(findings)
        case _:
            assert_never(format)
    if not is_right:
        raise typer.Exit(1)


def _print_text(folder: Path, report: "Report", *, is_right: bool) -> None:
    from commands.shared.problem_text import problem_count, problem_lines
    from commands.shared.terminal_text import printable

    for line in problem_lines(report.problems):
        print(line)
    program = report.program
    if program is not None and is_right:
        counts = f"{len(program.reactors)} reactors, {len(program.achievements)} achievements"
        print(printable(f"{folder}: {program.title} is right ({counts})"))
    if report.problems:
        print(problem_count(report.problems), file=sys.stderr)


def _print_annotations(findings: "Findings") -> None:
    from commands.check.github import github

    for line in github(findings):
        print(line)


def _print_sarif(findings: "Findings") -> None:
    from importlib.metadata import version

    from commands.check.sarif import sarif

    print(sarif(findings, version=version("laurel")))


def _display_path(folder: Path) -> str:
    """Return the path of the folder, relative to the current folder if it is inside it, else absolute."""
    path = os.path.relpath(folder)
    return os.path.normpath(folder.absolute()) if path.startswith("..") else Path(path).as_posix()
