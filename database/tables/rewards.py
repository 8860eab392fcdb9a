"""Issued rewards."""

from sqlalchemy import Column, Index, String, Table, UniqueConstraint

from database.tables.columns import ID, NAME, Instant, member_column, metadata, store_column

issued_reward = Table(
    "issued_reward",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    member_column(),
    Column("reward", NAME, nullable=False),
    Column("coupon", NAME),
    Column("status", String(16), nullable=False),  # issued, used, expired
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("event", ID, nullable=False),
    UniqueConstraint("store", "coupon"),
)
Index("ix_issued_reward_member", issued_reward.c.member)
