"""`laurel explain`."""

from typing import Annotated

import typer

from commands.shared.exits import in_words
from commands.shared.options import DATA, Data, Format


def explain(
    event: Annotated[
        str, typer.Argument(help="The id of an event: Laurel's, or the reporter's own.", show_default=False)
    ],
    store: Annotated[
        str | None, typer.Option("--store", help="The store's code.", show_default="every one, until it is found")
    ] = None,
    data: Data = DATA,
    format: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.text,  # noqa: A002
) -> None:
    """Say of an event which reactors and achievements answered it and which did not, why, and what came of it."""
    from rich.console import Console

    from commands.explain import explanation as explaining
    from commands.explain import text as explained
    from rules import exact

    with in_words(format):
        details = explaining.explanation(event, data=data, store=store)
    if format is Format.json:
        print(exact.dumps(details))
        return
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for line in explained.lines(details):
        console.print(line)
