"""`laurel revisions`."""

import json
from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import run_async
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

if TYPE_CHECKING:
    from commands.shared.registry import Revision


def revisions(
    store: Store = None,
    data: Data = DATA,
    last: Annotated[int, typer.Option("--last", min=1, help="How many to list.")] = 20,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """List the revisions of a store's program: when and by whom each was deployed, and which is in force."""
    from commands.shared.registry_access import choose_store, open_registry

    async def run() -> None:
        async with open_registry(data) as registry:
            code = await choose_store(registry, store)
            found = await registry.revisions(code, last)
        if format is Format.json:
            print(json.dumps({"store": code, "revisions": [_as_json(revision) for revision in found]}))
            return
        print(f"store {code}")
        for revision in found:
            print(_line(revision))

    run_async(run, format)


def _line(revision: "Revision") -> str:
    when = f"{revision.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    state = "in force" if revision.in_force else ""
    line = f"{revision.number:>5}  {revision.hash[:8]}  {when}  {state:<8}  {revision.by}"
    return f"{line}: {revision.note}" if revision.note else line


def _as_json(revision: "Revision") -> dict[str, object]:
    return {
        "revision": revision.number,
        "hash": revision.hash,
        "deployedAt": revision.at.astimezone(UTC).isoformat(),
        "deployedBy": revision.by,
        "inForce": revision.in_force,
        "note": revision.note,
    }
