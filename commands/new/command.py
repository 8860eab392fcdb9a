"""`laurel new`: files made from what is there."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import fail, in_words
from commands.shared.fast_typer import SwiftCommand, SwiftGroup
from commands.shared.options import DATA, Data

new = typer.Typer(cls=SwiftGroup, no_args_is_help=True, help="Write files of a program from what is there.")


@new.callback()
def _group() -> None:
    """Write files of a program from what is there."""


@new.command(name="test", cls=SwiftCommand)
def new_test(
    event: Annotated[str, typer.Option("--from", help="The id of an event: Laurel's, or the reporter's own.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="The file, which must not be there yet. [default: it is printed]")
    ] = None,
    store: Annotated[str | None, typer.Option("--store", help="The store's code. [default: any that has it]")] = None,
    data: Data = DATA,
) -> None:
    """Write a test of an event that happened: its member as they were, what it did; nothing personal is in it."""
    from commands.new.recording import recording

    if out is not None and out.exists():
        fail(f"{out} is there already: name another --out")
    with in_words():
        made = recording(event, data=data, store=store)
        if out is not None:
            with out.open("x", encoding="utf-8") as file:
                file.write(made.text)
    if out is None:
        print(made.text, end="")
    for difference in made.differences:
        print(f"laurel: when it happened it was otherwise: {difference}", file=sys.stderr)
