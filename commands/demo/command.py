"""`laurel demo`."""

import sys

import typer

from commands.shared.exits import run_async


def demo() -> None:
    """Show Laurel at work: seven days of one member, printed as it happens."""
    from commands.demo import demonstration

    try:
        run_async(demonstration.run)
    except demonstration.StepNotSeenError as error:
        print(f"laurel demo: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
