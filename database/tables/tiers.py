"""Places of members in tier sets, tiers by hand, and what sales count for tiers."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table

from database.tables.columns import ID, NAME, Instant, member_column, metadata, store_column

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

member_tier = Table(
    "member_tier",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("tier_set", NAME, primary_key=True),  # not the default one, which is in `member`; else as there
    store_column(),
    Column("subject", ID, nullable=False),  # of the due items of this member and set
    Column("tier", NAME),
    Column("tier_since", Instant),
    Column("tier_raised_at", Instant),
    Column("tier_lowered_at", Instant),
    Column("tier_base", BigInteger, nullable=False),
    Column("tier_until", Instant),
    Column("reviewed_at", Instant),
    Column("reviewed_since", Instant),
    Column("reviewed_base", BigInteger, nullable=False),
)
Index("ix_member_tier_store_tier", member_tier.c.store, member_tier.c.tier_set, member_tier.c.tier)
Index("ix_member_tier_subject", member_tier.c.subject)

counted_sale = Table(
    "counted_sale",
    metadata,
    Column("event", ID, primary_key=True),
    Column("tier_set", NAME, primary_key=True),  # one that is reached by spend
    store_column(),
    member_column(),
    Column("at", Instant, nullable=False),  # when the sale happened
    Column("sold", BigInteger, nullable=False),  # what it counted when it was sold, in millionths
    Column("amount", BigInteger, nullable=False),  # what it counts, less returns
    Column("recounted_by", Integer),  # the revision that counted it again, and is doing so with all sales
    Column("new_sold", BigInteger),  # what that counted: in force when all sales of the member are counted
    Column("new_amount", BigInteger),
)
Index("ix_counted_sale_member", counted_sale.c.member, counted_sale.c.tier_set, counted_sale.c.at)
