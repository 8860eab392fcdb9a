"""`laurel export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import fail, run_async
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

if TYPE_CHECKING:
    from commands.export.files import ExportedFiles, ExportState
    from loyalty.store.exports import ExportFormat, ExportType

PAUSE = 0.5
"""Seconds between two checks of the progress."""


def export(
    file: Annotated[
        Path, typer.Argument(help="The file to write: .csv, or .jsonl for JSON lines.", show_default=False)
    ],
    kind: Annotated[str, typer.Option("--type", help="The type of the export.", show_default=False)],
    store: Store = None,
    data: Data = DATA,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Export members, points, events, transactions, coupon codes or issued rewards into a file, as of now."""
    from commands.export.files import ApiExports, DatabaseExports
    from commands.shared.lookup import find_store
    from commands.shared.registry_access import open_laurel
    from database import Database

    type_, how = _type(kind), _format(file)
    if file.exists():
        fail(f"{file} exists: name another file, or remove it")

    async def run() -> None:
        async with open_laurel(data) as laurel:
            files: ExportedFiles = DatabaseExports(laurel) if isinstance(laurel, Database) else ApiExports(laurel)
            code = find_store(await files.stores(), store)
            export_id = await files.begin(code, type_, how)
            state = await _follow(files, code, export_id)
            await _save(files, code, export_id, file)
        _print_done(export_id, state, file, format)

    run_async(run, format)


def _type(text: str) -> "ExportType":
    from loyalty.store.exports import EXPORT_TYPES

    known = next((each for each in EXPORT_TYPES if text == each), None)
    if known is None:
        fail(f"{text[:80]} cannot be exported: --type is one of {', '.join(EXPORT_TYPES)}")
    return known


def _format(file: Path) -> "ExportFormat":
    formats: dict[str, ExportFormat] = {".csv": "csv", ".jsonl": "jsonl"}
    if file.suffix not in formats:
        fail(f"{file}: the name of a file ends with .csv, or .jsonl for JSON lines")
    return formats[file.suffix]


async def _follow(files: "ExportedFiles", store: str, export_id: str) -> "ExportState":
    """Show the progress of an export until it is done; raise ExportFailed."""
    import asyncio

    from commands.export.files import ExportFailed

    shown = 0
    while (state := await files.state(store, export_id)).status == "pending":
        if state.rows != shown:
            print(f"{state.rows} rows", file=sys.stderr)
            shown = state.rows
        await asyncio.sleep(PAUSE)
    if state.status != "done":
        raise ExportFailed(f"the export {export_id} is {state.status}: {state.error or 'see laurel stuck'}")
    return state


async def _save(files: "ExportedFiles", store: str, export_id: str, file: Path) -> None:
    """Write a temporary file beside the target, and move it there when it is complete."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as opened:
            async for chunk in files.content(store, export_id):
                opened.write(chunk)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def _print_done(export_id: str, state: "ExportState", file: Path, format: Format) -> None:  # noqa: A002 - as the option
    import json

    if format is Format.json:
        print(json.dumps({"exportId": export_id, "rows": state.rows, "file": str(file)}))
    else:
        print(f"{state.rows} rows in {file}")
