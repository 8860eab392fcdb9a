"""`laurel explain`."""

from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data, Format, OutputFormat


def explain(
    event: Annotated[
        str, typer.Argument(help="The id of an event: its customEventId, or its eventId.", show_default=False)
    ],
    store: Annotated[
        str | None, typer.Option("--store", help="The store's code.", show_default="every store, until it is found")
    ] = None,
    data: Data = DATA,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Print why each reactor and achievement fired for an event or did not, and what happened."""
    from rich.console import Console

    from commands.explain.event_details import event_details
    from commands.explain.text import lines
    from rules import exact

    with errors_as_exit_codes(format):
        details = event_details(event, data=data, store=store)
    if format is Format.json:
        print(exact.dumps(details))
        return
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for line in lines(details):
        console.print(line)
