"""`laurel test`."""
# ruff: noqa: PT028 - a command that is called test, and no test

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import fail, need_folder
from commands.shared.options import Folder

_ALL = Decimal(100)


class OutcomeFormat(StrEnum):
    """How the outcome is told."""

    text = "text"
    json = "json"
    junit = "junit"


def test(
    folder: Folder,
    filter: Annotated[  # noqa: A002
        str, typer.Option("--filter", "-k", help="Only tests with this in their name or file; or a glob.")
    ] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only tests with this tag, or one of several.")] = None,
    format: Annotated[OutcomeFormat, typer.Option("--format", help="How the outcome is told.")] = OutcomeFormat.text,  # noqa: A002
    output: Annotated[
        Path | None, typer.Option("--output", help="Write the outcome to this file, and text to the terminal.")
    ] = None,
    coverage: Annotated[
        bool | None,
        typer.Option("--coverage/--no-coverage", help="What no test reached; by default where all tests are run."),
    ] = None,
    fail_under: Annotated[
        str | None, typer.Option("--fail-under", help="Fail where less than this percentage is covered.")
    ] = None,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first test that fails.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Run again whenever a file is saved.")] = False,
) -> None:
    """Run the tests of a program, on the engine of production in memory, and say what they do not reach."""
    from commands.test.output import Telling, tell
    from commands.test.suite import Choice
    from commands.test.watch import run_again

    need_folder(folder)
    wanted = _percentage(fail_under, coverage=coverage)
    choice = Choice(filter, tuple(tag or ()), True if wanted is not None else coverage, fail_fast)
    telling = Telling(folder, format.value, output, wanted)
    if watch:
        run_again(choice, telling)
        return
    code = tell(choice, telling)
    if code:
        raise typer.Exit(code)


def _percentage(text: str | None, *, coverage: bool | None) -> Decimal | None:
    """What --fail-under says."""
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
