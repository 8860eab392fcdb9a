"""Exports of a store as they are stored: what is exported, and the progress of writing the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

ExportType: TypeAlias = Literal[
    "member", "unitTransfer", "customEvent", "transaction", "rewardCoupon", "rewardFulfillment"
]
EXPORT_TYPES: Final[tuple[ExportType, ...]] = get_args(ExportType)
ExportFormat: TypeAlias = Literal["csv", "jsonl"]
ExportStatus: TypeAlias = Literal["pending", "done", "failed"]


@dataclass(frozen=True, slots=True)
class StoredExport:
    """An export. Instants are aware UTC."""

    id: str
    type: ExportType
    format: ExportFormat
    criteria: Mapping[str, Any]
    """As the client gave them."""
    conditions: Sequence[Sequence[Any]]
    """The filters as field, operator and value."""
    status: ExportStatus
    error: str | None
    rows: int
    chunks: int
    after_at: datetime | None
    after_id: str | None
    """The last row that was written, by its date and its id."""
    created_by: str | None
    created_at: datetime
    finished_at: datetime | None
