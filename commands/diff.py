"""`laurel diff`."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from commands.shared.exits import run_to_end
from commands.shared.options import DATA, Data, Store


class Shape(StrEnum):
    """How differences are printed."""

    text = "text"
    markdown = "markdown"
    json = "json"


def diff(
    old: Annotated[int | None, typer.Argument(min=0, help="A revision.", show_default="the one before NEW")] = None,
    new: Annotated[int | None, typer.Argument(min=1, help="Another.", show_default="the one in force")] = None,
    store: Store = None,
    data: Data = DATA,
    format: Annotated[Shape, typer.Option("--format", help="How they are printed.")] = Shape.text,  # noqa: A002
) -> None:
    """Compare two revisions of a program in words: what was added, changed and removed."""
    from commands.deploy import deployment as deploying
    from workbench import differences

    async def run() -> None:
        async with deploying.opened(data) as registry:
            code = await deploying.store_meant(registry, store)
            since = new or (await deploying.number_in_force(registry, code))
            before = since - 1 if old is None else old
            changes = await deploying.compared(registry, code, before, since)
        match format:
            case Shape.json:
                said = {"store": code, "revision": since, "since": before, "changes": differences.as_json(changes)}
                print(json.dumps(said))
            case Shape.markdown:
                print(differences.markdown(changes), end="")
            case Shape.text:
                print(differences.text(changes) or f"revisions {before} and {since} say the same")

    run_to_end(run)
