"""`laurel pull`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import fail, run_async
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

if TYPE_CHECKING:
    from commands.pull.pulling import Pull


def pull(
    folder: Annotated[Path, typer.Argument(help="The folder of a program; it is created if it does not exist.")],
    store: Store = None,
    data: Data = DATA,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Overwrite local changes with the program in force.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change, and write nothing.")] = False,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Write the program in force into a folder, and keep what was changed only in the folder."""
    from commands.pull.pulling import prepare, read, refuse_conflicts, write
    from commands.shared.registry_access import choose_store, open_registry

    if folder.exists() and not folder.is_dir():
        fail(f"{folder} is not a folder: name one, or a name that is free")

    async def run() -> None:
        before = read(folder)
        async with open_registry(data) as registry:
            found = await prepare(registry, before, await choose_store(registry, store), overwrites=overwrite)
        if not dry_run:
            refuse_conflicts(found, folder)
            write(found, folder)
        print(_json(found) if format is Format.json else _text(found, folder))

    run_async(run, format)


def _text(pull: "Pull", folder: Path) -> str:
    changes = pull.changes
    lines = [
        *(f"written   {path}" for path in changes.write),
        *(f"deleted   {path}" for path in changes.delete),
        *(f"kept      {path}: changed here only" for path in changes.keep),
        *(f"conflict  {path}: changed here, too" for path in changes.conflicts),
        f"store {pull.pulled.store}: revision {pull.pulled.revision} is in force, for {folder}",
    ]
    return "\n".join(lines)


def _json(pull: "Pull") -> str:
    changes = pull.changes
    return json.dumps(
        {
            "store": pull.pulled.store,
            "revision": pull.pulled.revision,
            "written": list(changes.write),
            "deleted": list(changes.delete),
            "kept": list(changes.keep),
            "conflicts": list(changes.conflicts),
        }
    )
