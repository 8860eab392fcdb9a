"""Drafts of programs: changes by an administrator in the console before a deploy."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from database.tables.columns import ID, NAME, Instant, metadata

draft = Table(
    "draft",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("admin", ID, ForeignKey("admin.id"), primary_key=True),
    Column("based_on", Integer, nullable=False),  # the revision whose files it changes
    Column("changed_at", Instant, nullable=False),
)

draft_file = Table(
    "draft_file",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("admin", ID, ForeignKey("admin.id"), primary_key=True),
    Column("path", String(200), primary_key=True),
    Column("text", Text),  # null: the file is removed
    Column("changed_at", Instant, nullable=False),
)

draft_backtest = Table(
    "draft_backtest",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("admin", ID, ForeignKey("admin.id"), primary_key=True),
    Column("id", ID, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # the hash of the program of the draft
    Column("in_force", Integer, nullable=False),  # the revision that it is compared with
    Column("days", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),  # when its process last reported
    Column("events", Integer, nullable=False),  # replayed so far
    Column("events_in_all", Integer),
    Column("because", Text),
    Column("result", Text),  # JSON
)
