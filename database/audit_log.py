"""The audit log: which administrator or API key changed what, when, from where, and with which outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, true

from database.pages import PageRequest, PageResult, find_page
from database.queries import columns_of
from database.tables import audit_log

UserType = Literal["admin", "apiKey", "system"]
Outcome = Literal["done", "refused"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A change that was made or refused. `store` None: it belongs to no store."""

    id: str
    created_at: datetime
    store: str | None
    event_type: str
    """The method and the template of the path: `POST /api/{storeCode}/points/add`."""
    entity_type: str
    """The resource of the permission that the operation requires."""
    entity_id: str | None
    user_id: str | None
    username: str
    user_type: UserType
    api_key: str | None
    """The id of the API key with which the user called."""
    address: str | None
    outcome: Outcome
    status: int
    details: Mapping[str, Any] | None


class AuditLogQueries:
    """Reads the audit log."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def page(self, page: PageRequest, *, store: str | None) -> PageResult[AuditEntry]:
        """Return a page of the entries of a store; None: of all stores, and of none."""
        within = true() if store is None else audit_log.c.store == store
        return find_page(self.connection, AuditEntry, audit_log, page, within=within, order_by=audit_log.c.created_at)


class AuditLog(AuditLogQueries):
    """Reads and appends to the audit log. Entries are never changed."""

    def add(self, entry: AuditEntry) -> None:
        """Add an entry, in the transaction of its change."""
        row = {column.name: getattr(entry, column.name) for column in _COLUMNS}
        self.connection.execute(insert(audit_log).values(**row))


_COLUMNS = columns_of(AuditEntry, audit_log)
