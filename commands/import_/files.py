"""Files to import: sent through the API of a running Laurel, or stored in a database that workers read."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import httpx2

from api.http.errors import ApiError, BadInput
from api.imports.uploads import FileUpload
from commands.shared.api_registry import ApiRegistry, request_api
from commands.shared.errors import CommandError
from database import Database
from loyalty.store.imports import ImportType

_PIECE_BYTES = 256 * 1024
_UPLOAD_SECONDS = 900

MOST_SHOWN = 20
"""How many refused lines are printed."""


class FileRefused(CommandError):
    """The file is not imported; the message says why."""


@dataclass(frozen=True, slots=True)
class ImportState:
    """The progress of an import."""

    status: str
    lines: int
    read: int
    done: int
    repeated: int
    refused: int
    error: str | None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, or stopped until a request."""
        return self.status not in ("queued", "running", "inprogress")


class ImportedFiles(Protocol):
    """Files to import, of any store."""

    async def stores(self) -> list[str]:
        """Return the codes of all stores."""

    async def send(self, store: str, type_: ImportType, file: Path, reference: str) -> str:
        """Store a file; return the id of its import. Raise FileRefused."""

    async def state(self, store: str, import_id: str) -> ImportState:
        """Return the progress of an import."""

    async def refused(self, store: str, import_id: str) -> Sequence[tuple[int, str]]:
        """Return the first refused lines, with the reason of each."""


class DatabaseFiles:
    """Files in a database; a worker imports them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def send(self, store: str, type_: ImportType, file: Path, reference: str) -> str:
        upload = FileUpload(self._database.store(store), type_, by="command line")
        try:
            return await upload.store(_pieces(file), file.name, reference=reference)
        except BadInput as invalid:
            raise FileRefused(f"{file}: {invalid.faults[0].message}") from None
        except ApiError as error:
            raise FileRefused(f"{file}: {error.message}") from None

    async def state(self, store: str, import_id: str) -> ImportState:
        found = await self._database.store(store).read(lambda tx: tx.imports.get(import_id))
        if found is None:
            raise FileRefused(f"the import {import_id} does not exist any more")
        counts = (found.lines, found.read, found.done, found.repeated, found.refused)
        return ImportState(found.status, *counts, found.error)

    async def refused(self, store: str, import_id: str) -> Sequence[tuple[int, str]]:
        found = await self._database.store(store).read(
            lambda tx: tx.imports.refused_after(import_id, 0, limit=MOST_SHOWN)
        )
        return [(each.line, _reason(each.path, each.message)) for each in found]


class ApiFiles:
    """Files sent to a running Laurel: only its process may write to its SQLite file."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        return await ApiRegistry(self._client).stores()

    async def send(self, store: str, type_: ImportType, file: Path, reference: str) -> str:
        query = urlencode({"fileName": file.name, "reference": reference})
        path = f"/api/{quote(store, safe='')}/import/{type_}?{query}"
        answer = await self._client.post(path, content=_pieces(file), timeout=_UPLOAD_SECONDS)
        body = answer.json()
        if answer.status_code != httpx2.codes.OK:
            message = next((fault["message"] for fault in body.get("errors", ())), body.get("message", answer.text))
            raise FileRefused(f"{file}: {message}")
        return str(body["importId"])

    async def state(self, store: str, import_id: str) -> ImportState:
        found = (await self._get(store, import_id, {"_itemsOnPage": 1}))["import"]
        progress = found["progress"]
        counts = {name: progress[name] for name in ("read", "done", "repeated", "refused")}
        return ImportState(found["status"], found["itemsToImport"], **counts, error=found.get("errorMessage"))

    async def refused(self, store: str, import_id: str) -> Sequence[tuple[int, str]]:
        query = {"status": "failed", "_orderBy[createdAt]": "asc", "_itemsOnPage": MOST_SHOWN}
        items = (await self._get(store, import_id, query))["items"]
        return [(each["line"], _reason(each.get("path"), each.get("message"))) for each in items]

    async def _get(self, store: str, import_id: str, query: dict[str, Any]) -> Any:
        path = f"/api/{quote(store, safe='')}/import/{import_id}?{urlencode(query)}"
        return (await request_api(self._client, "GET", path)).json()


def _reason(path: str | None, message: str | None) -> str:
    return f"{path}: {message}" if path else str(message)


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := await asyncio.to_thread(opened.read, _PIECE_BYTES):
            yield piece
