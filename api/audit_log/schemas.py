"""The audit log: responses."""

from typing import Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, JsonObject, Listed, Total, UnreadableItem


class AuditedStore(TypedDict):
    """The store of a change."""

    code: str


class AuditLogEntry(TypedDict):
    """A change that was made or refused. `store` null: it belongs to no store."""

    auditLogId: Id
    createdAt: Instant
    store: AuditedStore | None
    eventType: str
    entityType: str
    entityId: str | None
    userId: str | None
    username: str
    userType: Literal["admin", "apiKey", "system"]
    apiKeyId: str | None
    ip: str | None
    outcome: Literal["done", "refused"]
    status: int
    details: JsonObject | None


class AuditLogEntries(Listed):
    """A page of the audit log."""

    items: list[AuditLogEntry | UnreadableItem]


ENTRY: AuditLogEntry = {
    "auditLogId": "0199c0de-7a11-7c0f-8e57-000000000001",
    "createdAt": "2026-11-29T09:00:00.000+00:00",
    "store": {"code": "DEFAULT"},
    "eventType": "POST /api/{storeCode}/points/add",
    "entityType": "POINT_TRANSFER",
    "entityId": "0199c0de-7a11-7c0f-8e57-000000000002",
    "userId": "0199c0de-7a11-7c0f-8e57-000000000003",
    "username": "kim@example.com",
    "userType": "admin",
    "apiKeyId": None,
    "ip": "192.0.2.7",
    "outcome": "done",
    "status": 200,
    "details": None,
}
"""An example of an entry for the documentation."""


class NewArchive(RequestModel):
    """What to archive: the entries before a day, in UTC."""

    before_date: str = Field(min_length=1, max_length=64)


class PostArchive(RequestModel):
    """An archive to create."""

    archive: NewArchive


class ArchivedLogs(TypedDict):
    """The archived entries. `filename` null: there was nothing to archive."""

    totalArchived: int
    filename: str | None


class ArchiveList(TypedDict):
    """The names of archives."""

    items: list[str]
    total: Total
