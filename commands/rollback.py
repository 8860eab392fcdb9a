"""`laurel rollback`."""

from typing import Annotated

import typer

from commands.deploy.text import say_intent, say_result
from commands.shared.exits import run_to_end
from commands.shared.options import DATA, Data, Format, Store


def rollback(
    revision: Annotated[
        int | None, typer.Argument(min=1, help="The revision to go back to.", show_default="the one before")
    ] = None,
    store: Store = None,
    data: Data = DATA,
    format: Annotated[Format, typer.Option("--format", help="How it is told.")] = Format.text,  # noqa: A002
) -> None:
    """Put an earlier revision in force again, as a new one, if nothing is wrong in it."""
    from commands.deploy import deployment as deploying

    async def run() -> None:
        async with deploying.opened(data) as registry:
            earlier, intent = await deploying.intended_rollback(registry, store, revision)
            say_intent(intent, format)
            done = await deploying.roll_back(registry, intent, earlier)
        say_result(intent, done, format, rolled_back_to=earlier)

    run_to_end(run, format)
