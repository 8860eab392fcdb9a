"""Exports: request bodies and responses."""

from typing import Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, JsonObject, Total
from loyalty.store.exports import ExportStatus, ExportType

Criteria = dict[str, Any]


class PostExport(RequestModel):
    """What to export: under the name of the type, filters as those of lists, `{"createdAt": {"gte": "2026-01-01"}}`."""

    format: Literal["csv", "jsonl"] = "csv"
    member: Criteria = Field(default_factory=dict)
    unit_transfer: Criteria = Field(default_factory=dict)
    custom_event: Criteria = Field(default_factory=dict)
    transaction: Criteria = Field(default_factory=dict)
    reward_coupon: Criteria = Field(default_factory=dict)
    reward_fulfillment: Criteria = Field(default_factory=dict)


class ExportId(TypedDict):
    """The id of an export."""

    exportId: Id


class Export(TypedDict):
    """An export: `exportedRows` are those written so far."""

    exportId: Id
    type: ExportType
    format: Literal["csv", "jsonl"]
    status: ExportStatus
    createdAt: Instant
    criteria: JsonObject
    exportedRows: int
    finishedAt: NotRequired[Instant]
    message: NotRequired[str]


class Exports(TypedDict):
    """A page of exports."""

    items: list[Export]
    total: Total
