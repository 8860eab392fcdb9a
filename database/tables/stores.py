"""Stores, the revisions of their programs, and settings of the installation."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text, false

from database.tables.columns import ID, NAME, Instant, Json, metadata

store = Table(
    "store",
    metadata,
    Column("code", NAME, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("secret", Text, nullable=False),  # signs the requests of `call_webhook`
    Column("previous_secret", Text),  # signs, too, until:
    Column("previous_secret_until", Instant),
    Column("notice_days", Json),  # the settings of notices, which override the program; null: they were never set
    Column("corrections", Json),  # the store's rules for corrections; null: they were never set
    Column("last_message", BigInteger, nullable=False, server_default="0"),  # numbers messages on SQLite
    Column("clock_due_at", Instant),  # when the store's clock wakes up next; null: it knows of no due item
)

notice_move = Table(
    "notice_move",
    metadata,
    Column("store", NAME, ForeignKey("store.code"), primary_key=True),
    Column("begun_at", Instant, nullable=False),
    Column("round", Integer, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("after", ID, nullable=False),  # the last subject that was examined
    Column("looked_at", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("start_after", Instant, nullable=False),  # when a worker checks that its workflow runs
)

revision = Table(
    "revision",
    metadata,
    Column("store", NAME, ForeignKey("store.code"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("files", Json, nullable=False),
    Column("deployed_at", Instant, nullable=False),
    Column("deployed_by", NAME, nullable=False),
    Column("note", NAME, nullable=False, server_default=""),
    Column("in_console", Boolean, nullable=False, server_default=false()),  # it was edited there, not in a folder
)

setting = Table(
    "setting",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("value", Text, nullable=False),
)
