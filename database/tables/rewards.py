"""Issued rewards, the supply of rewards, and coupon codes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from database.tables.columns import ID, NAME, Instant, member_column, metadata, store_column

issued_reward = Table(
    "issued_reward",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    member_column(),
    Column("reward", NAME, nullable=False),
    Column("coupon", NAME),
    Column("status", String(16), nullable=False),  # issued, used, expired, canceled
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("event", ID, nullable=False),
    Column("origin", String(16), nullable=False, server_default="reactor"),  # reactor, bought, given
    Column("source", NAME, nullable=False, server_default=""),
    Column("wallet", NAME),
    Column("cost", BigInteger, nullable=False, server_default="0"),  # in millionths of a unit
    Column("transfer", ID),
    Column("value", BigInteger),  # of its coupon, in millionths
    Column("token", String(16), nullable=False, server_default=""),
    Column("begins_at", Instant),
    Column("used_at", Instant),
    Column("cancelled_at", Instant),
    Column("progress", String(32)),  # of `loyalty.program.rewards.Progress`
    Column("is_shared", Boolean, nullable=False, server_default=text("false")),
    Column("from_stock", Boolean, nullable=False, server_default=text("false")),
    Column("counted_on", Date),
    Column("counted_per", String(16), nullable=False, server_default=""),
)
_OWN_CODE = text("NOT is_shared")
Index(
    "uq_issued_reward_store_coupon",
    issued_reward.c.store,
    issued_reward.c.coupon,
    unique=True,
    sqlite_where=_OWN_CODE,
    postgresql_where=_OWN_CODE,
)
_BY_TIME = (issued_reward.c.issued_at, issued_reward.c.id)
Index("ix_issued_reward_member", issued_reward.c.member, *_BY_TIME)
Index("ix_issued_reward_issued_at", issued_reward.c.store, *_BY_TIME)
Index("ix_issued_reward_reward", issued_reward.c.store, issued_reward.c.reward, *_BY_TIME)
Index("ix_issued_reward_code", issued_reward.c.store, issued_reward.c.coupon, issued_reward.c.member)
Index("ix_issued_reward_token", issued_reward.c.store, issued_reward.c.token)
Index("ix_issued_reward_status", issued_reward.c.store, issued_reward.c.status, *_BY_TIME)
Index("ix_issued_reward_event", issued_reward.c.event)
Index("ix_issued_reward_cost", issued_reward.c.store, issued_reward.c.cost)
Index(
    "ix_issued_reward_progress",
    issued_reward.c.store,
    issued_reward.c.progress,
    *_BY_TIME,
    sqlite_where=issued_reward.c.progress.is_not(None),
    postgresql_where=issued_reward.c.progress.is_not(None),
)
Index(
    "ix_issued_reward_cancelled_at",
    issued_reward.c.store,
    issued_reward.c.cancelled_at,
    sqlite_where=issued_reward.c.cancelled_at.is_not(None),
    postgresql_where=issued_reward.c.cancelled_at.is_not(None),
)

reward_supply = Table(
    "reward_supply",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("reward", NAME, primary_key=True),
    Column("supplied", BigInteger),
    Column("taken", BigInteger, nullable=False),
    Column("codes", BigInteger, nullable=False),
    Column("paused_at", Instant),
    CheckConstraint("taken >= 0 AND codes >= 0 AND (supplied IS NULL OR taken <= supplied)", name="nothing_below_zero"),
)

coupon_code = Table(
    "coupon_code",
    metadata,
    Column("id", ID, primary_key=True),  # in the order of upload
    store_column(),
    Column("code", NAME, nullable=False),
    Column("reward", NAME, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("issued", ID),  # the issued reward that has it
)
Index("uq_coupon_code_store_code", coupon_code.c.store, coupon_code.c.code, unique=True)
Index("ix_coupon_code_reward", coupon_code.c.store, coupon_code.c.reward, coupon_code.c.id)
_LEFT = text("issued IS NULL")
Index(
    "ix_coupon_code_left",
    coupon_code.c.store,
    coupon_code.c.reward,
    coupon_code.c.id,
    sqlite_where=_LEFT,
    postgresql_where=_LEFT,
)

shared_code = Table(
    "shared_code",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("code", NAME, primary_key=True),
    Column("reward", NAME, nullable=False),
    Column("assigned", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    CheckConstraint("used >= 0 AND used <= assigned", name="used_by_those_who_have_it"),
)

reward_status = Table(
    "reward_status",
    metadata,
    Column("issued", ID, ForeignKey("issued_reward.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    store_column(),
    Column("status", String(32), nullable=False),
    Column("comment", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("source", NAME, nullable=False),
)
