"""Imports of a store as they are stored: the file, the progress of reading it, and the results of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

ImportType: TypeAlias = Literal[
    "member",
    "unitTransferAdding",
    "unitTransferSpending",
    "customEvent",
    "transaction",
    "transactionMatch",
    "rewardCoupon",
]
IMPORT_TYPES: Final[tuple[ImportType, ...]] = get_args(ImportType)

ImportStatus: TypeAlias = Literal["uploading", "queued", "running", "paused", "done", "cancelled", "failed"]
"""The status of an import. `queued`: no line was read yet, or it will continue. `failed`: it stopped until a retry."""

LineStatus: TypeAlias = Literal["done", "repeated", "refused"]
"""The result of a line. `repeated`: its request was applied before, under the id that it gives."""

FileFormat: TypeAlias = Literal["csv", "jsonl"]


@dataclass(frozen=True, slots=True)
class FilePlace:
    """The progress of reading a file: the next byte, and the number of the line that begins there."""

    offset: int = 0
    line: int = 1
    skipping: bool = False
    """Whether that byte is within a line that is too long, whose rest is skipped."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a file are read. `columns` and `delimiter` are those of the header of a CSV file."""

    format: FileFormat
    columns: Sequence[str] = ()
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import. Instants are aware UTC."""

    id: str
    type: ImportType
    file_name: str
    layout: Layout
    size: int
    lines: int
    """Lines of the file, counted by line breaks."""
    status: ImportStatus
    error: str | None
    place: FilePlace
    done: int
    repeated: int
    refused: int
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    uploader: str | None = None
    """The present username of who uploaded it."""

    @property
    def read(self) -> int:
        """How many lines were read, without empty ones."""
        return self.done + self.repeated + self.refused


@dataclass(frozen=True, slots=True)
class ImportLine:
    """The result of one line."""

    line: int
    status: LineStatus
    entity: str | None = None
    """The id of what the line created or repeated: a member, a transfer or an event."""
    key: str | None = None
    """For a refused line, the id or the name that it gives."""
    code: str | None = None
    path: str | None = None
    message: str | None = None
