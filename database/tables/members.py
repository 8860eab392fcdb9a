"""Members and their badges."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from database.tables.columns import ID, KEY, NAME, Instant, Json, member_column, metadata, store_column

member = Table(
    "member",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("email", NAME),
    Column("email_key", KEY),  # in lower case, as email and phone are compared
    Column("phone", NAME),
    Column("phone_key", KEY),
    Column("card", NAME),
    Column("profile", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("tier", NAME),
    Column("tier_since", Instant),
    Column("tier_raised_at", Instant),  # when the member last rose
    Column("tier_lowered_at", Instant),
    Column("tier_base", BigInteger, nullable=False, server_default="0"),  # earned when the tier was last reviewed
    Column("tier_until", Instant),  # when the tier is reviewed next; null: never
    Column("reviewed_at", Instant),  # when the last review was due
    Column("reviewed_since", Instant),  # when the review before it was due
    Column("reviewed_base", BigInteger, nullable=False, server_default="0"),  # the base of the period that it judged
    Column("active", Boolean, nullable=False),
    Column("frozen_at", Instant),  # since when the member cannot spend; null: they are not frozen
    Column("frozen_reason", Text),
    Column("is_test", Boolean, nullable=False, server_default=false()),  # outside of figures, and of what all share
    Column("channel", ID),  # of `channel`; null: none
    Column("merged_into", ID),  # the survivor into whom the member was merged; null: they were not merged
    Column("learned", String(32)),  # unconfirmed parts of the identity that events added, separated by commas
    Column("waits_for_activation", Boolean, nullable=False, server_default=false()),
    Column("password_hash", Text),
    Column("registered_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("store", "email_key"),
    UniqueConstraint("store", "phone_key"),
    UniqueConstraint("store", "card"),
)
Index(
    "ix_member_merged_into",
    member.c.merged_into,
    sqlite_where=member.c.merged_into.is_not(None),
    postgresql_where=member.c.merged_into.is_not(None),
)
Index(
    "ix_member_store_frozen_at",
    member.c.store,
    member.c.frozen_at,
    sqlite_where=member.c.frozen_at.is_not(None),
    postgresql_where=member.c.frozen_at.is_not(None),
)
Index(
    "ix_member_store_is_test",
    member.c.store,
    member.c.id,
    sqlite_where=text("is_test = 1"),  # in the form of SQLite's statements
    postgresql_where=member.c.is_test,
)
Index("ix_member_store_created_at", member.c.store, member.c.created_at)
Index("ix_member_store_tier", member.c.store, member.c.tier)
Index("ix_member_store_registered_at", member.c.store, member.c.registered_at)

member_field = Table(
    "member_field",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("field", NAME, primary_key=True),  # as in `database.member_fields`
    Column("value", NAME, primary_key=True),  # in lower case
    store_column(),
)
Index("ix_member_field_store_field_value", member_field.c.store, member_field.c.field, member_field.c.value)

badge = Table(
    "badge",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("badge", NAME, primary_key=True),
    store_column(),
    Column("times", Integer, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

member_code = Table(
    "member_code",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    member_column(),
    Column("purpose", String(16), nullable=False),  # as in `loyalty.store.codes`
    Column("hash", String(64), nullable=False, unique=True),
    Column("value", NAME),  # the new email or phone
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),  # when it was used, replaced, or had too many wrong guesses
    Column("failures", Integer, nullable=False, server_default="0"),
)
Index("ix_member_code_member_purpose", member_code.c.member, member_code.c.purpose)

former_identity = Table(
    "former_identity",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("part", String(16), primary_key=True),  # a column of `member` by which they were found
    Column("key", KEY, primary_key=True),  # their former value of it
    store_column(),
)

member_collision = Table(
    "member_collision",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("part", String(8), primary_key=True),  # email or phone
    Column("other", ID, ForeignKey("member.id"), nullable=False),  # the member who is found by it
    store_column(),
    Index("ix_member_collision_store", "store"),
)
