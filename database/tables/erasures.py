"""Members who are being anonymised."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table

from database.tables.columns import ID, Instant, metadata, store_column

erasure = Table(
    "erasure",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    store_column(),
    Column("event", ID, nullable=False),  # `member_closed`: earlier events in the queue are applied first
    Column("was_active", Boolean, nullable=False),  # whether they were active before they were closed
    Column("requested_at", Instant, nullable=False),
    Column("erased_at", Instant),  # null: personal data may still exist
)
Index(
    "ix_erasure_open",
    erasure.c.store,
    erasure.c.member,
    sqlite_where=erasure.c.erased_at.is_(None),
    postgresql_where=erasure.c.erased_at.is_(None),
)
