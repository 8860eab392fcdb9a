"""Uploads of files: stored chunk by chunk as they arrive, so that no file is in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial

from starlette.requests import Request

from api.authentication.callers import AdminCaller
from api.http.errors import BadInput, TooLarge
from api.imports.multipart import MultipartFile, boundary_of
from api.state.auditing import AuditedRequest
from api.state.dependencies import StoreRequest
from database import StoreDatabase, Transaction
from database.imports import CHUNK_BYTES, delete_files
from loyalty.ids import new_id
from loyalty.imports.layouts import FileFault, layout_of
from loyalty.store.imports import FilePlace, ImportType, Layout

MAX_FILE_BYTES = 100 * 1024 * 1024
MAX_UNFINISHED = 5
"""The most imports of a store that are uploaded, waiting or read at once."""

MAX_NAME = 255


async def store_upload(request: Request, asked: StoreRequest, type_: ImportType, *, reference: str) -> str:
    """Store the file of a request, and start its import; return the import's id.

    The same content again is the same import. Raise BadInput, or TooLarge.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MAX_FILE_BYTES + CHUNK_BYTES:
        raise TooLarge(MAX_FILE_BYTES)
    boundary = boundary_of(request.headers.get("content-type", ""))
    body = aiter(request.stream())
    caller = asked.caller
    by = caller.id if isinstance(caller, AdminCaller) else ""
    upload = FileUpload(asked.database, type_, by=by, audited=asked.audited)
    if boundary is None:
        return await upload.store(_not_empty(body), request.query_params.get("fileName", type_), reference=reference)
    parts = MultipartFile(_not_empty(body), boundary)
    await parts.open()
    return await upload.store(parts.pieces(), parts.file_name, reference=reference)


async def _not_empty(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        if piece:
            yield piece


class FileUpload:
    """Stores one file, chunk by chunk."""

    def __init__(
        self, database: StoreDatabase, type_: ImportType, *, by: str, audited: AuditedRequest | None = None
    ) -> None:
        self._database = database
        self._type = type_
        self._by = by
        self._audited = audited
        self._id = new_id()
        self._chunks = 0
        self._size = 0
        self._lines = 0
        self._hash = hashlib.sha256()

    async def store(self, pieces: AsyncIterator[bytes], name: str, *, reference: str) -> str:
        """Store a file, and start its import; return the import's id. Raise BadInput, or TooLarge."""
        try:
            last = b""
            async for chunk in _chunks(pieces):
                await self._add(chunk, name)
                last = chunk
            if not self._chunks:
                await self._add(b"", name)
            self._lines += not last.endswith(b"\n")
            return await self._complete(reference)
        except BaseException:
            if self._chunks:
                await asyncio.shield(self._write(lambda tx: delete_files(tx.connection, [self._id])))
            raise

    async def _add(self, chunk: bytes, name: str) -> None:
        self._size += len(chunk)
        if self._size > MAX_FILE_BYTES:
            raise TooLarge(MAX_FILE_BYTES)
        if not self._chunks:
            try:
                layout, place = await asyncio.to_thread(layout_of, chunk, self._type)
            except FileFault as fault:
                raise BadInput.at("import.file", str(fault), "unreadableFile") from None
            self._lines -= place.line - 1
            await self._write(partial(self._begin, name=_clean(name), layout=layout, place=place))
        number = self._chunks
        await self._write(lambda tx: tx.imports.add_chunk(self._id, number, chunk))
        self._chunks += 1
        self._lines += chunk.count(b"\n")
        self._hash.update(chunk)

    def _begin(self, tx: Transaction, *, name: str, layout: Layout, place: FilePlace) -> None:
        if tx.imports.unfinished() >= MAX_UNFINISHED:
            message = f"{MAX_UNFINISHED} imports are not finished: wait for one of them, or cancel it"
            raise BadInput.at("import", message, "tooManyImports")
        tx.imports.begin(self._id, self._type, name, layout, place, by=self._by, now=datetime.now(UTC))

    async def _complete(self, reference: str) -> str:
        now = datetime.now(UTC)
        content = f"{self._type}\n{reference}\n{self._hash.hexdigest()}"
        fingerprint = hashlib.sha256(content.encode()).hexdigest()

        def complete(tx: Transaction) -> str:
            import_id = tx.imports.complete(self._id, fingerprint, size=self._size, lines=self._lines, now=now)
            if self._audited is not None:
                self._audited.write(tx.connection, answer=import_id)
            return import_id

        return await self._database.write(complete)

    async def _write(self, work: Callable[[Transaction], None]) -> None:
        await self._database.write(work)


async def _chunks(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a file in chunks of CHUNK_BYTES; the last one may be shorter."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)


def _clean(name: str) -> str:
    """Return a file's name without its folder and unprintable characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:MAX_NAME] or "file"
