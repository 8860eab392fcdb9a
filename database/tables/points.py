"""The ledger: accounts, transfers, lots and allocations. Points are in millionths of a unit."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from database.tables.columns import ID, NAME, ExpiryRule, Instant, member_column, metadata, store_column

BALANCE = ("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying")
"""The parts of a balance, named as in `loyalty.store.members.Balance`."""

account = Table(
    "account",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    member_column(),
    Column("wallet", NAME, nullable=False),
    *(Column(part, BigInteger, nullable=False) for part in BALANCE),
    Column("transfers", BigInteger, nullable=False),  # the number of the last one
    *(CheckConstraint(f"{part} >= 0", f"{part}_not_negative") for part in ("active", "pending", "held", "owed")),
    UniqueConstraint("member", "wallet"),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("account", ID, ForeignKey("account.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    member_column(),
    Column("wallet", NAME, nullable=False),
    Column("kind", String(16), nullable=False),  # of `loyalty.store.points.TransferKind`
    Column("points", BigInteger, nullable=False),
    *(Column(part, BigInteger, nullable=False) for part in BALANCE),  # what it adds to each part
    Column("balance", BigInteger, nullable=False),  # active less owed, after it
    Column("event", ID, nullable=False),
    Column("source", NAME, nullable=False),
    Column("related", ID),  # the transfer that it refers to
    Column("comment", Text, nullable=False, server_default=""),
    Column("external_id", NAME),
    Column("ends_at", Instant),  # of a hold
    Column("lot", ID),
    Column("at", Instant, nullable=False),
    Column("estimated", Boolean, nullable=False, server_default=false()),  # its allocations were reconstructed
    Column("counts_at", Instant),  # when what it qualifies counts for tiers; null: at `at`
    UniqueConstraint("account", "number"),
    UniqueConstraint("store", "external_id"),
)
Index("ix_transfer_member_at", transfer.c.member, transfer.c.at, transfer.c.kind, transfer.c.wallet)
Index("ix_transfer_store_at", transfer.c.store, transfer.c.at)
Index("ix_transfer_store_kind_at", transfer.c.store, transfer.c.kind, transfer.c.at)
Index("ix_transfer_store_source_at", transfer.c.store, transfer.c.source, transfer.c.at)
Index("ix_transfer_store_wallet_at", transfer.c.store, transfer.c.wallet, transfer.c.at)
Index(
    "ix_transfer_store_comment_at",
    transfer.c.store,
    transfer.c.comment,
    transfer.c.at,
    sqlite_where=transfer.c.comment != "",
    postgresql_where=transfer.c.comment != "",
)
Index("ix_transfer_store_points", transfer.c.store, transfer.c.points)
Index("ix_transfer_event", transfer.c.event)
Index(
    "ix_transfer_related",
    transfer.c.related,
    sqlite_where=transfer.c.related.is_not(None),
    postgresql_where=transfer.c.related.is_not(None),
)

lot = Table(
    "lot",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    member_column(),
    Column("wallet", NAME, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("remaining", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False, server_default="0"),
    Column("active_from", Instant),
    Column("expires_at", Instant),
    Column("expiry", ExpiryRule),  # of pending points: how `expires_at` is computed if they become active earlier
    Column("qualifies", Boolean, nullable=False, server_default=false()),  # for tiers, when it becomes active
    Column("event", ID, nullable=False),
    Column("transfer", ID, nullable=False),  # the transfer that added it
    Column("created_at", Instant, nullable=False),
    CheckConstraint("remaining >= 0", "remaining_not_negative"),
    CheckConstraint("held >= 0", "held_not_negative"),
)
Index(
    "ix_lot_member_wallet_expires_at",
    lot.c.member,
    lot.c.wallet,
    lot.c.expires_at,
    lot.c.created_at,
    lot.c.id,
    sqlite_where=lot.c.remaining > 0,
    postgresql_where=lot.c.remaining > 0,
)
Index(
    "ix_lot_store_expires_at",
    lot.c.store,
    lot.c.expires_at,
    sqlite_where=lot.c.expires_at.is_not(None),
    postgresql_where=lot.c.expires_at.is_not(None),
)
Index(
    "ix_lot_store_active_from",
    lot.c.store,
    lot.c.active_from,
    sqlite_where=lot.c.active_from.is_not(None),
    postgresql_where=lot.c.active_from.is_not(None),
)
Index(
    "ix_lot_transfer",
    lot.c.transfer,
    sqlite_where=lot.c.transfer != lot.c.id,
    postgresql_where=lot.c.transfer != lot.c.id,
)

allocation = Table(
    "allocation",
    metadata,
    Column("transfer", ID, ForeignKey("transfer.id"), primary_key=True),
    Column("lot", ID, ForeignKey("lot.id"), primary_key=True),
    store_column(),
    Column("points", BigInteger, nullable=False),  # what it adds to what remains
    Column("held", BigInteger, nullable=False),  # what it adds to what is held
)
Index("ix_allocation_lot", allocation.c.lot)
