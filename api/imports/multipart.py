"""Read the file of a `multipart/form-data` body in pieces, with bounded memory for any body."""

import re
from collections.abc import AsyncIterator

from api.http.errors import BadInput

MAX_HEAD_BYTES = 8 * 1024
MAX_FIELD_BYTES = 1024
MAX_PARTS = 20

_BOUNDARY = re.compile(r"multipart/form-data\s*;.*?boundary=(?:\"([^\"]{1,70})\"|([^\s;,\"]{1,70}))", re.IGNORECASE)
_NAME = re.compile(r"[;\s]name=\"([^\"]*)\"")
_FILE_NAME = re.compile(r"[;\s]filename=\"((?:[^\"\\]|\\.)*)\"")


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary of a multipart body from its Content-Type; None: it is not a multipart body."""
    found = _BOUNDARY.match(content_type)
    return None if found is None else (found[1] or found[2]).encode("latin-1", "replace")


class MultipartFile:
    """Reads the parts of a body: short fields into `fields`, and the one file as pieces."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body = body
        self._delimiter = b"\r\n--" + boundary
        self._buffer = bytearray(b"\r\n")
        self._parts = 0
        self.fields: dict[str, str] = {}
        """The fields before the file; after the file is read, all of them."""
        self.file_name = ""

    async def open(self) -> None:
        """Read up to the content of the file; raise BadInput if there is none."""
        await self._read_until(self._delimiter, MAX_HEAD_BYTES)
        if not await self._next_file():
            message = "the body has no file: send it as the field import[file], with a file name"
            raise BadInput.at("import.file", message, "missing")

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the content of the file, in pieces; then read the other fields.

        Raise BadInput for an incomplete body.
        """
        keep = len(self._delimiter) - 1
        while (end := self._buffer.find(self._delimiter)) < 0:
            if len(self._buffer) > keep:
                piece = bytes(self._buffer[:-keep])
                del self._buffer[:-keep]
                yield piece
            await self._fill()
        if end:
            yield bytes(self._buffer[:end])
        del self._buffer[: end + len(self._delimiter)]
        if await self._next_file():
            raise BadInput.at("import.file", "the body has two files: send them one by one", "contradiction")

    async def _next_file(self) -> bool:
        """Read fields up to the next file; return False at the end of the body."""
        while True:
            while len(self._buffer) < 2:
                await self._fill()
            if self._buffer.startswith(b"--"):
                return False
            self._parts += 1
            if self._parts > MAX_PARTS:
                raise BadInput.at(
                    "", f"the body has more than {MAX_PARTS} parts: send the file and its fields", "outOfRange"
                )
            head = (await self._read_until(b"\r\n\r\n", MAX_HEAD_BYTES)).decode("utf-8", "replace")
            disposition = next(
                (line for line in head.split("\r\n") if line.lower().startswith("content-disposition:")), ""
            )
            file_name = _FILE_NAME.search(disposition)
            if file_name is not None:
                self.file_name = file_name[1]
                return True
            name = _NAME.search(disposition)
            content = await self._read_until(self._delimiter, MAX_FIELD_BYTES)
            self.fields[name[1] if name else ""] = content.decode("utf-8", "replace")

    async def _read_until(self, end: bytes, most: int) -> bytes:
        while (found := self._buffer.find(end)) < 0 or found > most:
            if len(self._buffer) > most:
                raise BadInput.at(
                    "", "a part of the body is too long, or has no file name: send a file", "malformedBody"
                )
            await self._fill()
        content = bytes(self._buffer[:found])
        del self._buffer[: found + len(end)]
        return content

    async def _fill(self) -> None:
        piece = await anext(self._body, None)
        if piece is None:
            raise BadInput.at("", "the body breaks off before its last boundary: send it whole", "malformedBody")
        self._buffer += piece
