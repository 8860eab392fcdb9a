"""`laurel audit`."""

from typing import Annotated

import typer

from commands.shared.exits import errors_as_exit_codes
from commands.shared.options import DATA, Data, Format, OutputFormat


def audit(
    data: Data = DATA,
    store: Annotated[str | None, typer.Option("--store", help="The store's code.", show_default="every store")] = None,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Check that the ledger adds up, also while Laurel runs. Exit code 1: something does not."""
    from commands.audit.auditing import audit_stores
    from commands.audit.output import as_json, lines

    with errors_as_exit_codes(format):
        audits = audit_stores(data, store)
    for line in [as_json(audits)] if format is Format.json else lines(audits):
        print(line)
    if any(each.findings for each in audits):
        raise typer.Exit(1)
