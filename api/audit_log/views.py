"""Entries of the audit log as responses show them."""

from datetime import UTC

from api.audit_log.schemas import AuditLogEntry
from api.http.responses import format_instant
from database.audit_log import AuditEntry


def entry_view(entry: AuditEntry) -> AuditLogEntry:
    """Return an entry in the documented fields; its moment is UTC."""
    return {
        "auditLogId": entry.id,
        "createdAt": format_instant(entry.created_at, UTC),
        "store": None if entry.store is None else {"code": entry.store},
        "eventType": entry.event_type,
        "entityType": entry.entity_type,
        "entityId": entry.entity_id,
        "userId": entry.user_id,
        "username": entry.username,
        "userType": entry.user_type,
        "apiKeyId": entry.api_key,
        "ip": entry.address,
        "outcome": entry.outcome,
        "status": entry.status,
        "details": None if entry.details is None else dict(entry.details),
    }
