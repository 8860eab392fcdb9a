"""Events that reverse others, and the keys by which they find them."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from database.tables.columns import ID, NAME, Instant, Json, member_column, metadata, store_column

reversible_event = Table(
    "reversible_event",
    metadata,
    Column("event", ID, ForeignKey("event.id"), primary_key=True),
    Column("key", String(64), primary_key=True),  # hash of its type and of the fields that `where` names
    store_column(),
    member_column(),
    Column("time", Instant, nullable=False),  # when the event happened
)
Index(
    "ix_reversible_event_member_key",
    reversible_event.c.member,
    reversible_event.c.key,
    reversible_event.c.time,
)

reversal = Table(
    "reversal",
    metadata,
    Column("event", ID, ForeignKey("event.id"), primary_key=True),
    store_column(),
    member_column(),
    Column("reversed_type", NAME, nullable=False),
    Column("key", String(64), nullable=False),
    Column("reversed", ID),  # the event that it reverses; null: that is not known yet
    Column("share", Json),  # how much of it, as a number from 0 to 1
    Column("created_at", Instant, nullable=False),
)
Index(
    "ix_reversal_reversed",
    reversal.c.reversed,
    sqlite_where=reversal.c.reversed.is_not(None),
    postgresql_where=reversal.c.reversed.is_not(None),
)
Index(
    "ix_reversal_waiting",
    reversal.c.member,
    reversal.c.key,
    sqlite_where=reversal.c.reversed.is_(None),
    postgresql_where=reversal.c.reversed.is_(None),
)
