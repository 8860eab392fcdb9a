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
    from commands.check.findings import Found
    from program_files import Report


class CheckFormat(StrEnum):
    """How problems are printed."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


def check(
    folder: Folder,
    format: Annotated[CheckFormat, typer.Option("--format", help="How problems are printed.")] = CheckFormat.text,  # noqa: A002
    strict: Annotated[bool, typer.Option("--strict", help="A warning, too, ends the check with 1.")] = False,
) -> None:
    """Read a program and say everything that is wrong with it."""
    from commands.check.findings import Found
    from commands.check.text import as_json
    from program_files import read_contents
    from workbench.checking import check_contents

    gc.disable()  # everything stays until the process ends, and would be searched for garbage again and again
    contents = read_contents(folder)
    if any(problem.code == "missing-folder" for problem in contents.problems):
        fail(f"{folder} is no folder: name the one that holds program.yaml")
    report = check_contents(contents, now=datetime.now(UTC))
    is_right = report.program is not None and not (strict and report.problems)
    found = Found(_from_here(folder), report.problems, contents.files)
    match format:
        case CheckFormat.text:
            _print_text(folder, report, is_right=is_right)
        case CheckFormat.json:
            print(as_json(report.problems, report.program.store if report.program else None))
        case CheckFormat.github:
            _print_annotations(found)
        case CheckFormat.sarif:
            _print_sarif(found)
        case _:
            assert_never(format)
    if not is_right:
        raise typer.Exit(1)


def _print_text(folder: Path, report: "Report", *, is_right: bool) -> None:
    from commands.check import text

    for line in text.lines(report.problems):
        print(line)
    program = report.program
    if program is not None and is_right:
        counts = f"{len(program.reactors)} reactors, {len(program.achievements)} achievements"
        print(text.on_one_line(f"{folder}: {program.title} is right ({counts})"))
    if report.problems:
        print(text.count(report.problems), file=sys.stderr)


def _print_annotations(found: "Found") -> None:
    from commands.check.github import github

    for line in github(found):
        print(line)


def _print_sarif(found: "Found") -> None:
    from importlib.metadata import version

    from commands.check.sarif import sarif

    print(sarif(found, version=version("laurel")))


def _from_here(folder: Path) -> str:
    """The folder as a repository's tools name it: from the current folder where it is inside, else absolute."""
    path = os.path.relpath(folder)
    return os.path.normpath(folder.absolute()) if path.startswith("..") else Path(path).as_posix()
