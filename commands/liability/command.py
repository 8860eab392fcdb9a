"""`laurel liability`."""

from datetime import date, datetime
from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

DAYS = ["%Y-%m-%d"]


def liability(
    day: Annotated[
        datetime | None,
        typer.Option(
            "--day", formats=DAYS, help="Count points at the end of this local day.", show_default="yesterday"
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=DAYS, help="The first day of movements.", show_default="the first of its month"),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=DAYS, help="The last day of movements.", show_default="the day"),
    ] = None,
    breakage: Annotated[str, typer.Option("--breakage", help="The share of points that is never spent.")] = "0",
    store: Store = None,
    data: Data = DATA,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Print what a store owes its members in points at the end of a past day, by wallet and month of earning."""
    from commands.liability.figures import Wanted, liability_of
    from commands.liability.text import lines
    from rules import exact

    with errors_as_exit_codes(format):
        wanted = Wanted(_date(day), _date(since), _date(until), breakage)
        found = liability_of(wanted, data=data, store=store)
    if format is Format.json:
        print(exact.dumps(found))
        return
    for line in lines(found):
        print(line)


def _date(given: datetime | None) -> date | None:
    return None if given is None else given.date()
