"""`laurel new`: write a new program, or a file of one."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes, fail, require_folder
from commands.shared.fast_typer import FastTyperCommand, FastTyperGroup
from commands.shared.options import DATA, Data, Folder

WRITES = "Write a new program, an event type, or a test of a stored event."

new = typer.Typer(cls=FastTyperGroup, no_args_is_help=True, help=WRITES)


@new.callback(help=WRITES)
def _group() -> None:
    pass


@new.command(name="program", cls=FastTyperCommand)
def new_program(
    folder: Annotated[Path, typer.Argument(help="The folder to write, new or empty.", show_default=False)],
    store: Annotated[str, typer.Option("--store", help="The store's code.")] = "DEFAULT",
    title: Annotated[str | None, typer.Option("--title", help="The title.", show_default="the folder's name")] = None,
    timezone: Annotated[str, typer.Option("--timezone", help="The time zone of its days, as Europe/Warsaw.")] = "UTC",
) -> None:
    """Write a small program that is right and tested, to begin with."""
    from commands.new.new_files import write_program

    with errors_as_exit_codes():
        paths = write_program(folder, store=store, title=title or _words(folder.resolve().name), timezone=timezone)
    print(f"{folder}: {', '.join(paths)}")
    print(f"Next: laurel test {folder}")


@new.command(name="event", cls=FastTyperCommand)
def new_event(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="The name of the event type.", show_default=False)],
    title: Annotated[str | None, typer.Option("--title", help="The title.", show_default="the name in words")] = None,
) -> None:
    """Add an event type with an example of a body to a program."""
    from commands.new.new_files import write_event

    require_folder(folder)
    with errors_as_exit_codes():
        path = write_event(folder, name, title=title or _words(name))
    print(f"{folder / path}: write the fields of its body, then laurel check {folder}")


def _words(name: str) -> str:
    """Return a name as a title: `table_booked` is `Table booked`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


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
