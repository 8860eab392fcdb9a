"""Figures by day: counted figures, and what waits to be counted. Triggers add to `uncounted` (`database.analytics`)."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, SmallInteger, String, Table, false

from database.tables.columns import ID, NAME, Instant, metadata, store_column

uncounted = Table(
    "uncounted",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    store_column(),
    Column("kind", String(8), nullable=False),  # of `database.analytics.counting.RowKind`
    Column("row", ID, nullable=False),
    Column("at", Instant),  # of a transaction: its date and value
    Column("amount", BigInteger),
    Column("sign", SmallInteger, nullable=False),  # -1: removes what was counted
    Column("moves", Boolean, nullable=False, server_default=false()),  # removes what belongs to a test member now
)

daily_figure = Table(
    "daily_figure",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("figure", String(16), primary_key=True),  # of `loyalty.analytics.figures.Figure`
    Column("name", NAME, primary_key=True),  # a wallet, a reactor or nothing
    Column("day", Date, primary_key=True),  # local
    Column("times", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),  # the amount in millionths is high * 10^9 + low: sums fit into 64 bits
    Column("low", BigInteger, nullable=False),
)

earned_figure = Table(
    "earned_figure",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("figure", String(16), primary_key=True),  # of `loyalty.analytics.figures.EarnedFigure`
    Column("day", Date, primary_key=True),  # local, of booking; 9999-12-31: outstanding points, the sum of all days
    Column("wallet", NAME, primary_key=True),
    Column("month", Date, primary_key=True),  # the first day of the month in which the points were added
    Column("revision", Integer, primary_key=True),  # under which they were added
    Column("high", BigInteger, nullable=False),  # as of `daily_figure`
    Column("low", BigInteger, nullable=False),
)

hourly_figure = Table(
    "hourly_figure",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("hour", Instant, primary_key=True),  # when a local hour begins
    Column("figure", String(16), primary_key=True),  # of `loyalty.analytics.figures.Outcome`
    Column("name", NAME, primary_key=True),  # a subscription, or nothing: `call_webhook`
    Column("times", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),  # the sum of latencies in milliseconds
)

active_day = Table(
    "active_day",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("name", NAME, primary_key=True),  # what the member did: `active`, `buyer`, `returner` or a reactor
    Column("member", ID, primary_key=True),
    Column("day", Date, primary_key=True),
)
Index("ix_active_day_member", active_day.c.member)

activity_gap = Table(
    "activity_gap",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("name", NAME, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("previous", Date, primary_key=True),  # the previous active day; 0001-01-01: there is none
    Column("members", BigInteger, nullable=False),
)

figure_zone = Table(
    "figure_zone",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("zone", NAME, nullable=False),  # the time zone of the days
)

funnel = Table(
    "funnel",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("achievement", NAME, primary_key=True),
    Column("definition", String(255), nullable=False),  # of the achievement: stages depend on it
    Column("counted_to", ID),  # members up to this one are counted; null: all are
)

funnel_stage = Table(
    "funnel_stage",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("achievement", NAME, primary_key=True),
    Column("member", ID, primary_key=True),
    Column("stage", SmallInteger, nullable=False),  # of `loyalty.achievements.funnel.Stage`
)
Index("ix_funnel_stage_member", funnel_stage.c.member)

funnel_count = Table(
    "funnel_count",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("achievement", NAME, primary_key=True),
    Column("stage", SmallInteger, primary_key=True),
    Column("members", BigInteger, nullable=False),
)
