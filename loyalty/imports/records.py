"""The records of a file: read in pieces of bounded size, each with the line at which it begins."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from loyalty.store.imports import FilePlace

MAX_RECORD_BYTES = 64 * 1024
"""The most bytes of a line of a file; in CSV, of a row with its quoted line breaks."""

MAX_RECORDS = 100
MAX_SCANNED_BYTES = 4 * 1024 * 1024
"""The most bytes that one page reads, however few records it finds."""

ReadPiece: TypeAlias = Callable[[int], bytes]
"""Return some bytes of a file from an offset on; none at its end."""

_LINE, _QUOTE = b"\n", b'"'


@dataclass(frozen=True, slots=True)
class Record:
    """A line of JSON, or a row of CSV. `problem`: why it cannot be read; then `content` is empty."""

    line: int
    content: bytes
    problem: str = ""


@dataclass(slots=True)
class RecordPage:
    """Some records of a file, and where the next page begins."""

    records: list[Record] = field(default_factory=list)
    place: FilePlace = field(default_factory=FilePlace)
    is_end: bool = False


def read_records(
    read: ReadPiece,
    place: FilePlace,
    *,
    quoted: bool,
    delimiter: str = "",
    max_records: int = MAX_RECORDS,
    max_bytes: int = MAX_RECORD_BYTES,
) -> RecordPage:
    """Return the records from a place on, at most `max_records`.

    `quoted`: line breaks in quotes are part of a row, and rows of nothing but the delimiter are blank.
    """
    blank = b" \t\r\n" + delimiter.encode() if quoted else b""
    return _Reading(read, place, quoted, blank, max_records, max_bytes).page()


class _Reading:
    """The state of reading one page; it buffers at most one record and one piece of the file."""

    def __init__(
        self, read: ReadPiece, place: FilePlace, quoted: bool, blank: bytes, max_records: int, max_bytes: int
    ) -> None:
        self._read = read
        self._quoted = quoted
        self._blank = blank or None
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._begin = self._offset = place.offset
        self._line = place.line
        self._skipping = place.skipping
        self._buffer = b""
        self._at_end = False
        self._records: list[Record] = []

    def page(self) -> RecordPage:
        """Read the page."""
        while len(self._records) < self._max_records and self._offset - self._begin < MAX_SCANNED_BYTES:
            end = self._end_of_record()
            if end is None and not self._at_end:
                self._fill()
                continue
            if not self._buffer:
                return RecordPage(self._records, self._place(), is_end=True)
            self._take(len(self._buffer) if end is None else end)
        return RecordPage(self._records, self._place())

    def _place(self) -> FilePlace:
        return FilePlace(self._offset, self._line, self._skipping)

    def _fill(self) -> None:
        """Add the next piece to the buffer, or note the end of the file."""
        piece = self._read(self._offset + len(self._buffer))
        self._at_end = not piece
        self._buffer += piece

    def _end_of_record(self) -> int | None:
        """Return the end of the first record in the buffer, or of a skipped one; None: more must be read to know."""
        newline = self._buffer.find(_LINE)
        if self._skipping or not self._quoted:
            if newline < 0 and (self._skipping or len(self._buffer) > self._max_bytes):
                return len(self._buffer) or None
            return None if newline < 0 else newline + 1
        end, quotes = newline, 0
        begin = 0
        while end >= 0 and end < self._max_bytes:
            quotes += self._buffer.count(_QUOTE, begin, end)
            if quotes % 2 == 0:
                return end + 1
            begin, end = end, self._buffer.find(_LINE, end + 1)
        if self._buffer and (len(self._buffer) > self._max_bytes or self._at_end):
            return len(self._buffer) if newline < 0 else newline + 1  # unclosed quote: the line is its own record
        return None

    def _take(self, size: int) -> None:
        """Consume a number of bytes as a record, or as a part of a skipped one."""
        content, self._buffer = self._buffer[:size], self._buffer[size:]
        is_whole = content.endswith(_LINE) or (self._at_end and not self._buffer)
        if not self._skipping:
            self._add(content)
        self._skipping = not is_whole
        self._offset += size
        self._line += content.count(_LINE)

    def _add(self, content: bytes) -> None:
        text = content.rstrip(b"\r\n")
        if len(text) > self._max_bytes or len(content) > self._max_bytes + 2:
            problem = (
                f"the line is longer than {self._max_bytes // 1024} KiB: is a quote not closed, or a break missing?"
            )
            self._records.append(Record(self._line, b"", problem))
        elif text.strip(self._blank):
            self._records.append(Record(self._line, text))
