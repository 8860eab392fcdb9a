"""`laurel new`: write files of a program."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes, fail
from commands.shared.fast_typer import FastTyperCommand, FastTyperGroup
from commands.shared.options import DATA, Data

new = typer.Typer(cls=FastTyperGroup, no_args_is_help=True, help="Write files of a program from stored events.")


@new.callback()
def _group() -> None:
    """Write files of a program from stored events."""


@new.command(name="test", cls=FastTyperCommand)
def new_test(
    event: Annotated[str, typer.Option("--from", help="The id of an event: its customEventId, or its eventId.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write, which must not exist. [default: standard output]")
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", help="The store's code. [default: the store that has the event]")
    ] = None,
    data: Data = DATA,
) -> None:
    """Write a test of a past event: its member as they were, and what the event did. Personal data is masked."""
    from commands.new.recorded_test import record_test

    if out is not None and out.exists():
        fail(f"{out} exists already: name another --out")
    with errors_as_exit_codes():
        recorded = record_test(event, data=data, store=store)
        if out is not None:
            with out.open("x", encoding="utf-8") as file:
                file.write(recorded.text)
    if out is None:
        print(recorded.text, end="")
    for difference in recorded.differences:
        print(f"laurel: when it happened it was otherwise: {difference}", file=sys.stderr)
