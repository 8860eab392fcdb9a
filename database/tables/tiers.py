"""Tiers that administrators set by hand."""

from sqlalchemy import Column, ForeignKey, String, Table

from database.tables.columns import ID, NAME, Instant, metadata, store_column

tier_hold = Table(
    "tier_hold",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("tier_set", NAME, primary_key=True),
    store_column(),
    Column("tier", NAME, nullable=False),
    Column("direction", String(8), nullable=False),  # of `loyalty.store.tiers.HoldDirection`
    Column("until", Instant),  # null: until it is removed
    Column("before", NAME),  # the tier that the member would be in without it
    Column("before_until", Instant),
    Column("set_at", Instant, nullable=False),
)
