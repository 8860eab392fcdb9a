"""Imports of a store as they are stored: the file, how far it is read, and what came of its lines."""

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
"""`queued`: no line was read yet, or it is to go on. `failed`: it cannot go on until somebody tries it again."""

LineStatus: TypeAlias = Literal["done", "repeated", "refused"]
"""`repeated`: what the line asks was done before, under the id that it gives."""

FileFormat: TypeAlias = Literal["csv", "jsonl"]


@dataclass(frozen=True, slots=True)
class FilePlace:
    """How far a file is read: the next byte, and the number of the line that begins there."""

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
    """Lines of the file, as far as line breaks tell."""
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

    @property
    def read(self) -> int:
        """How many lines were read, without those that are empty."""
        return self.done + self.repeated + self.refused


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What came of one line."""

    line: int
    status: LineStatus
    entity: str | None = None
    """The id of what the line made or repeated: a member, a transfer or an event."""
    key: str | None = None
    """Of a refused line, the id or the name that it gives."""
    code: str | None = None
    path: str | None = None
    message: str | None = None
