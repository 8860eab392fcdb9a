"""Daily sums of limits and achievements, and what each event added to them."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table

from database.tables.columns import ID, NAME, Instant, metadata, store_column

usage = Table(
    "usage",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("reactor", NAME, primary_key=True),
    Column("member", ID, primary_key=True),  # "": the whole program
    Column("day", Date, primary_key=True),
    Column("wallet", NAME, primary_key=True),  # "": firings that awarded no points
    Column("times", BigInteger, nullable=False),  # of a firing that awarded several wallets: in the first of them
    Column("points", BigInteger, nullable=False),  # in millionths
)

mark = Table(
    "mark",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("achievement", NAME, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", NAME, primary_key=True),
    store_column(),
    Column("amount", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
)
Index(None, mark.c.store, mark.c.achievement, mark.c.member)

progress = Table(
    "progress",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("achievement", NAME, primary_key=True),
    store_column(),
    Column("completed", Integer, nullable=False),
    Column("completed_at", Instant, nullable=False),  # when last
)
Index(None, progress.c.store, progress.c.achievement, progress.c.completed)

contribution = Table(
    "contribution",
    metadata,
    Column("event", ID, ForeignKey("event.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),  # of `loyalty.store.contributions.ContributionKind`
    Column("name", NAME, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", NAME, primary_key=True),
    store_column(),
    Column("amount", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    sqlite_with_rowid=False,  # the key is most of the row: stored once
)
