"""Exported files: requested through the API of a running Laurel, or in a database whose workers write them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

import httpx2

from commands.shared.api_registry import ApiRegistry, request_api
from commands.shared.errors import CommandError
from database import Database
from loyalty.ids import new_id
from loyalty.store.exports import ExportFormat, ExportType

_DOWNLOAD_SECONDS = 900


class ExportFailed(CommandError):
    """The file was not written; the message says why."""


@dataclass(frozen=True, slots=True)
class ExportState:
    """The progress of an export."""

    status: str
    rows: int
    error: str | None


class ExportedFiles(Protocol):
    """Files that are exported, of any store."""

    async def stores(self) -> list[str]:
        """Return the codes of all stores."""

    async def begin(self, store: str, type_: ExportType, how: ExportFormat) -> str:
        """Request a file; return the id of its export."""

    async def state(self, store: str, export_id: str) -> ExportState:
        """Return the progress of an export."""

    def content(self, store: str, export_id: str) -> AsyncIterator[bytes]:
        """Yield the file of a finished export."""


class DatabaseExports:
    """Exports in a database; a worker writes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def begin(self, store: str, type_: ExportType, how: ExportFormat) -> str:
        export_id, now = new_id(), datetime.now(UTC)
        await self._database.store(store).write(
            lambda tx: tx.exports.add(export_id, type_, how, criteria={}, conditions=[], by="command line", now=now)
        )
        return export_id

    async def state(self, store: str, export_id: str) -> ExportState:
        found = await self._database.store(store).read(lambda tx: tx.exports.get(export_id))
        if found is None:
            raise ExportFailed(f"the export {export_id} does not exist any more")
        return ExportState(found.status, found.rows, found.error)

    async def content(self, store: str, export_id: str) -> AsyncIterator[bytes]:
        number = 0
        while True:
            chunk = await self._database.store(store).read(lambda tx, at=number: tx.exports.chunk(export_id, at))  # type: ignore[misc]
            if chunk is None:
                return
            yield chunk
            number += 1


class ApiExports:
    """Exports of a running Laurel: only its process may write to its SQLite file."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        return await ApiRegistry(self._client).stores()

    async def begin(self, store: str, type_: ExportType, how: ExportFormat) -> str:
        answer = await request_api(self._client, "POST", f"{_path(store)}/{type_}", {"format": how})
        return str(answer.json()["exportId"])

    async def state(self, store: str, export_id: str) -> ExportState:
        found = (await request_api(self._client, "GET", f"{_path(store)}/{export_id}")).json()
        return ExportState(found["status"], found["exportedRows"], found.get("message"))

    async def content(self, store: str, export_id: str) -> AsyncIterator[bytes]:
        path = f"{_path(store)}/{export_id}/download"
        async with self._client.stream("GET", path, timeout=_DOWNLOAD_SECONDS) as answer:
            if answer.status_code != httpx2.codes.OK:
                raise ExportFailed(f"the file of export {export_id} is refused with status {answer.status_code}")
            async for chunk in answer.aiter_bytes():
                yield chunk


def _path(store: str) -> str:
    return f"/api/{quote(store, safe='')}/export"
