"""Administrators, roles, keys, sessions, the audit log, and responses stored for `Idempotency-Key`."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, true

from database.tables.columns import ID, NAME, Instant, Json, metadata

admin = Table(
    "admin",
    metadata,
    Column("id", ID, primary_key=True),
    Column("username", NAME, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("role", Integer, nullable=False, server_default="1"),  # a number of a built-in role, or of a row of `role`
    Column("store", NAME),  # null: of every store
    Column("email", NAME),
    Column("active", Boolean, nullable=False, server_default=true()),
)

role = Table(
    "role",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", NAME, nullable=False, unique=True),
    Column("permissions", Json, nullable=False),
    Column("bounds", Json),  # of corrections; null: unlimited
    Column("created_at", Instant, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("admin", ID, ForeignKey("admin.id"), nullable=False),
    Column("name", NAME, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("role", Integer, nullable=False, server_default="1"),  # as that of `admin`; its administrator's limits it
    Column("store", NAME),  # null: every store of its administrator
    Column("rate_limit", Integer),  # requests a minute
    Column("last_used_at", Instant),
    Column("previous_hash", String(64)),  # of the token before the last rotation
    Column("previous_expires_at", Instant),
    Index("ix_api_key_previous_hash", "previous_hash", unique=True),
)

session = Table(
    "session",
    metadata,
    Column("id", ID, primary_key=True),
    Column("subject", ID, nullable=False, index=True),  # an administrator or a member
    Column("store", NAME),  # null: of an administrator
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("address", NAME),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("family", ID, nullable=False, index=True),  # the session
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

console_session = Table(
    "console_session",
    metadata,
    Column("hash", String(64), primary_key=True),  # of the cookie
    Column("session", ID, nullable=False, index=True),
    Column("seen_at", Instant, nullable=False),  # the last request, to the minute
)

admin_setting = Table(
    "admin_setting",
    metadata,
    Column("admin", ID, ForeignKey("admin.id"), primary_key=True),
    Column("store", NAME, primary_key=True),
    Column("key", NAME, primary_key=True),
    Column("value", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

password_reset = Table(
    "password_reset",
    metadata,
    Column("hash", String(64), primary_key=True),  # of the code
    Column("admin", ID, ForeignKey("admin.id"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
)

audit_archive = Table(
    "audit_archive",
    metadata,
    Column("filename", NAME, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON lines, compressed by gzip
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", ID, primary_key=True),
    Column("created_at", Instant, nullable=False, index=True),
    Column("store", NAME),  # null: it belongs to no store
    Column("event_type", NAME, nullable=False),  # method and template of the path
    Column("entity_type", NAME, nullable=False),
    Column("entity_id", NAME),
    Column("user_id", ID),
    Column("username", NAME, nullable=False),
    Column("user_type", String(8), nullable=False),
    Column("api_key", ID),
    Column("address", NAME),
    Column("outcome", String(8), nullable=False),
    Column("status", Integer, nullable=False),
    Column("details", Json),
    Index("ix_audit_log_store_created_at", "store", "created_at"),
    Index("ix_audit_log_store_entity_id", "store", "entity_id", "created_at"),
)

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("client", NAME, primary_key=True),  # admin/ID or member/ID
    Column("route", NAME, primary_key=True),  # method and template of the path
    Column("key", NAME, primary_key=True),  # what the client sent as Idempotency-Key
    Column("fingerprint", String(64), nullable=False),  # hash of the request's content
    Column("status", Integer, nullable=False),
    Column("content", Json),  # null: no body
    Column("answered_at", Instant, nullable=False, index=True),
)
