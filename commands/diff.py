"""`laurel diff`."""

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, assert_never

import typer

from commands.shared.exits import run_async
from commands.shared.options import DATA, Data, Store

if TYPE_CHECKING:
    from commands.shared.registry import Registry
    from workbench.differences import Change


class DiffFormat(StrEnum):
    """How differences are printed."""

    text = "text"
    markdown = "markdown"
    json = "json"


def diff(
    old: Annotated[int | None, typer.Argument(min=0, help="A revision.", show_default="the one before NEW")] = None,
    new: Annotated[
        int | None, typer.Argument(min=1, help="The revision to compare it with.", show_default="the one in force")
    ] = None,
    store: Store = None,
    data: Data = DATA,
    format: Annotated[DiffFormat, typer.Option("--format", help="The output format.")] = DiffFormat.text,  # noqa: A002 - as the option
) -> None:
    """Compare two revisions of a program in words: what was added, changed and removed."""
    from commands.shared.registry_access import choose_store, number_in_force, open_registry
    from workbench import differences

    async def run() -> None:
        async with open_registry(data) as registry:
            code = await choose_store(registry, store)
            after = new or (await number_in_force(registry, code))
            before = after - 1 if old is None else old
            changes = await _compare(registry, code, before, after)
        match format:
            case DiffFormat.json:
                result = {"store": code, "revision": after, "since": before, "changes": differences.as_json(changes)}
                print(json.dumps(result))
            case DiffFormat.markdown:
                print(differences.markdown(changes), end="")
            case DiffFormat.text:
                print(differences.text(changes) or f"revisions {before} and {after} say the same")
            case _:
                assert_never(format)

    run_async(run)


async def _compare(registry: "Registry", store: str, old: int, new: int) -> "tuple[Change, ...]":
    """Return the changes from one revision to another; 0 is the empty program.

    Raise ProgramFaults if one cannot be read.
    """
    from program_files import read_revision
    from workbench.differences import differences

    before = read_revision(await registry.files(store, old)) if old else None
    return differences(before, read_revision(await registry.files(store, new)))
