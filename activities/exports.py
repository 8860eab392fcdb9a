"""Write exports: page after page of rows, each written once, as CSV or JSON lines."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from temporalio import activity

import rules
from database import Database
from database.export_sources import SOURCES, Cell
from database.exports import ExportedRow
from database.programs import Programs
from loyalty.decisions import presentation
from loyalty.program.wallets import exact_amount
from loyalty.references import ExportProgress, ExportRef
from loyalty.spreadsheets import csv_line
from loyalty.store.exports import StoredExport
from rules.storable import storable_text

WRITE_SECONDS = 2.0
"""After this time an activity starts no further page, so that it ends long before its timeout."""

PAGE = 500
"""Rows of a page, which become a chunk of the file."""


class ExportActivities:
    """The activities of an export's workflow."""

    def __init__(self, database: Database, programs: Programs) -> None:
        self._database = database
        self._programs = programs

    @activity.defn
    async def write_export(self, ref: ExportRef) -> ExportProgress:
        """Write the next rows of an export, for a while; return the progress. Idempotent."""
        until = time.monotonic() + WRITE_SECONDS
        while True:
            found = await self._database.store(ref.store).read(lambda tx: tx.exports.get(ref.id))
            if found is None:
                return ExportProgress("failed")
            if found.status != "pending" or time.monotonic() >= until:
                return ExportProgress(found.status, found.rows)
            await self._write_page(ref, found)

    @activity.defn
    async def fail_export(self, ref: ExportRef, error: str) -> None:
        """Set an export aside, with the reason, until it is retried by request."""
        now = datetime.now(UTC)
        await self._database.store(ref.store).write(
            lambda tx: tx.exports.change(ref.id, "failed", now=now, error=storable_text(error))
        )

    async def _write_page(self, ref: ExportRef, found: StoredExport) -> None:
        _, program = await self._programs.current(ref.store)
        page = await self._database.store(ref.store).read(lambda tx: tx.exports.rows(found, limit=PAGE))
        content = await asyncio.to_thread(_content, found, page, program.zone)
        last, is_end, now = (page[-1] if page else None), len(page) < PAGE, datetime.now(UTC)
        await self._database.store(ref.store).write(
            lambda tx: tx.exports.advance(found, content, last, rows=len(page), is_end=is_end, now=now)
        )


def _content(found: StoredExport, page: Sequence[ExportedRow], zone: tzinfo) -> bytes:
    """Return the lines of some rows; the first chunk of CSV begins with the header."""
    cells = SOURCES[found.type].cells
    lines = [csv_line(cells)] if found.format == "csv" and not found.chunks else []
    for row in page:
        values = [_value(cell, value, zone) for cell, value in zip(cells.values(), row.values, strict=True)]
        if found.format == "csv":
            lines.append(csv_line(_in_csv(value) for value in values))
        else:
            said = {name: value for name, value in zip(cells, values, strict=True) if value is not None}
            lines.append(rules.exact.dumps(said) + "\n")
    return "".join(lines).encode()


def _value(cell: Cell, value: Any, zone: tzinfo) -> Any:
    for step in cell.within:
        value = value.get(step) if isinstance(value, dict) else None
    if cell.as_sent is not None and value is not None:
        return cell.as_sent(value)
    if isinstance(value, datetime):
        return presentation.shown(value, zone)
    if cell.points and value is not None:
        return exact_amount(value)
    return value


def _in_csv(value: Any) -> Any:
    return rules.exact.dumps(value) if isinstance(value, dict | list) else value
