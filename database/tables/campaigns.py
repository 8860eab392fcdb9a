"""Redemption codes of reactors."""

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint

from database.tables.columns import ID, NAME, Instant, metadata, store_column

campaign_code = Table(
    "campaign_code",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("reactor", NAME, nullable=False),
    Column("code", NAME, nullable=False),  # in upper case
    Column("created_at", Instant, nullable=False),
    Column("created_by", NAME, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("used_at", Instant),  # the last use
    Column("member", ID),  # the member whose event used it last
    UniqueConstraint("store", "reactor", "code"),
)
Index(
    "ix_campaign_code_created_at",
    campaign_code.c.store,
    campaign_code.c.reactor,
    campaign_code.c.created_at,
    campaign_code.c.id,
)
Index(
    "ix_campaign_code_member",
    campaign_code.c.member,
    sqlite_where=campaign_code.c.member.is_not(None),
    postgresql_where=campaign_code.c.member.is_not(None),
)
