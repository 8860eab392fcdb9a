"""Corrections of members by hand."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from database.tables.columns import ID, NAME, Instant, Json, member_column, metadata, store_column

correction = Table(
    "correction",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    member_column(),
    Column("kind", String(8), nullable=False),  # of `access.CorrectionKind`
    Column("unit", NAME, nullable=False),  # the wallet, tier, reward, achievement or badge
    Column("amount", BigInteger, nullable=False),  # in millionths
    Column("change", Json, nullable=False),
    Column("reason", NAME, nullable=False),
    Column("cause", ID),  # an event
    Column("status", String(8), nullable=False),  # of `loyalty.store.corrections.CorrectionStatus`
    Column("asked_by", ID, nullable=False),
    Column("asked_name", NAME, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("comment", Text, nullable=False),
    Column("decided_by", ID),  # who approved or rejected it; null: it was carried out at once, or waits
    Column("decided_name", NAME),
    Column("decided_at", Instant),
    Column("decided_comment", Text),
    Column("undone_by", ID),
    Column("undone_name", NAME),
    Column("undone_at", Instant),
    Column("undone_comment", Text),
    Column("carried_by", ID),  # the administrator against whose bound it counts
    Column("done_at", Instant),
    Column("outcome", Json),
    Index("ix_correction_store_asked_at", "store", "asked_at"),
    Index("ix_correction_member", "member", "asked_at"),
    Index("ix_correction_carried_by", "carried_by", "done_at"),
)
