"""`laurel test`."""
# ruff: noqa: PT028 - a command that is called test, and no test

import gc
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import fail, require_folder
from commands.shared.options import Folder

_ALL = Decimal(100)


class SuiteFormat(StrEnum):
    """How the result is printed."""

    text = "text"
    json = "json"
    junit = "junit"


def test(
    folder: Folder,
    filter: Annotated[  # noqa: A002
        str,
        typer.Option("--filter", "-k", help="Run only tests whose name or file contains this, or matches this glob."),
    ] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Run only tests with one of these tags.")] = None,
    format: Annotated[SuiteFormat, typer.Option("--format", help="The output format.")] = SuiteFormat.text,  # noqa: A002
    output: Annotated[
        Path | None, typer.Option("--output", help="Write the result to this file, and print text.")
    ] = None,
    coverage: Annotated[
        bool | None,
        typer.Option("--coverage/--no-coverage", help="Print what no test reached. [default: if all tests run]"),
    ] = None,
    fail_under: Annotated[
        str | None, typer.Option("--fail-under", help="Fail if less than this percentage is covered.")
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first test that fails.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Run again whenever a file is saved.")] = False,
) -> None:
    """Run the tests of a program on the production engine in memory, and print what they do not cover."""
    from commands.test.output import ReportOptions, run_and_report
    from commands.test.suite import Selection
    from commands.test.watch import run_again

    gc.set_threshold(200_000, 20, 50)  # a store in memory per test: few cycles, and many objects that are not garbage
    require_folder(folder)
    wanted = _percentage(fail_under, coverage=coverage)
    selection = Selection(filter, tuple(tag or ()), True if wanted is not None else coverage, fail_fast)
    options = ReportOptions(folder, format.value, output, wanted)
    if watch:
        run_again(selection, options)
        return
    code = run_and_report(selection, options)
    if code:
        raise typer.Exit(code)


def _percentage(text: str | None, *, coverage: bool | None) -> Decimal | None:
    """Return the value of --fail-under."""
    if text is None:
        return None
    if coverage is False:
        fail("--fail-under needs the coverage: leave out --no-coverage")
    try:
        percentage = Decimal(text.removesuffix("%").strip())
    except InvalidOperation:
        percentage = Decimal(-1)
    if not percentage.is_finite() or not 0 <= percentage <= _ALL:
        fail(f"--fail-under is a percentage from 0 to 100, not {text}")
    return percentage
