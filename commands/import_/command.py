"""`laurel import`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.shared.exits import fail, run_async
from commands.shared.options import DATA, Data, Format, OutputFormat, Store

if TYPE_CHECKING:
    from commands.import_.files import ImportedFiles, ImportState
    from loyalty.store.imports import ImportType

PAUSE = 0.5
"""Seconds between two checks of the progress."""


def import_(
    file: Annotated[Path, typer.Argument(help="CSV with a header, or JSON lines, in UTF-8.", show_default=False)],
    kind: Annotated[str, typer.Option("--type", help="The type of the import.", show_default=False)],
    store: Store = None,
    data: Data = DATA,
    reference: Annotated[
        str,
        typer.Option(
            "--reference",
            help="A name that makes this an import of its own, although its content was imported before.",
            show_default="none",
        ),
    ] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Show the progress until the file is read.")] = True,
    format: OutputFormat = Format.text,  # noqa: A002 - as the option
) -> None:
    """Import a file of members, points, events, transactions or coupon codes. Exit code 1: lines were refused."""
    from commands.import_.files import ApiFiles, DatabaseFiles
    from commands.shared.lookup import find_store
    from commands.shared.registry_access import open_laurel
    from database import Database

    type_ = _type(kind)
    if not file.is_file():
        fail(f"{file} is not a file")

    async def run() -> None:
        async with open_laurel(data) as laurel:
            files: ImportedFiles = DatabaseFiles(laurel) if isinstance(laurel, Database) else ApiFiles(laurel)
            code = find_store(await files.stores(), store)
            import_id = await files.send(code, type_, file, reference)
            if not wait:
                _print_sent(import_id, format)
                return
            await _follow(files, code, import_id, format)

    run_async(run, format)


def _type(text: str) -> "ImportType":
    from loyalty.store.imports import IMPORT_TYPES

    known = next((each for each in IMPORT_TYPES if text == each), None)
    if known is None:
        fail(f"{text[:80]} cannot be imported: --type is one of {', '.join(IMPORT_TYPES)}")
    return known


def _print_sent(import_id: str, format: Format) -> None:  # noqa: A002 - as the option
    import json

    print(json.dumps({"importId": import_id}) if format is Format.json else f"import {import_id}: a worker reads it")


async def _follow(files: "ImportedFiles", store: str, import_id: str, format: Format) -> None:  # noqa: A002 - as the option
    """Show the progress of an import until it ends; exit with 1 unless every line was applied."""
    import asyncio
    import json
    from dataclasses import asdict

    last = ""
    while not (state := await files.state(store, import_id)).is_over:
        if (words := _words(state)) != last:
            print(words, file=sys.stderr)
            last = words
        await asyncio.sleep(PAUSE)
    refused = await files.refused(store, import_id) if state.refused else []
    if format is Format.json:
        lines = [{"line": line, "reason": reason} for line, reason in refused]
        print(json.dumps({"importId": import_id, **asdict(state), "refusedLines": lines}))
    else:
        print(f"import {import_id}: {_words(state)}")
        for line, reason in refused:
            print(f"  line {line}: {reason}")
        if state.refused > len(refused):
            print(f"  and {state.refused - len(refused)} more: GET /api/{store}/import/{import_id}/report")
    if state.status != "done" or state.refused:
        raise typer.Exit(1)


def _words(state: "ImportState") -> str:
    counts = f"{state.done} done, {state.repeated} done before, {state.refused} refused"
    error = f": {state.error}" if state.error else ""
    return f"{state.status}{error}; {state.read} of {state.lines} lines read, {counts}"
