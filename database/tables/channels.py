"""Channels of members, and referrals."""

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint

from database.tables.columns import ID, NAME, Instant, metadata, store_column

channel = Table(
    "channel",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("name", NAME, nullable=False),
    Column("identifier", NAME, nullable=False),
    Column("description", NAME, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("store", "identifier"),
)

referral = Table(
    "referral",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("referrer", ID, ForeignKey("member.id"), nullable=False),
    Column("referee", ID, ForeignKey("member.id"), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_referral_store_created_at", "store", "created_at"),
    Index("ix_referral_referrer", "referrer"),
)
