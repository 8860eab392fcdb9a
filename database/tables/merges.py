"""Merges of two members."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from database.tables.columns import ID, NAME, Instant, Json, metadata, store_column

member_merge = Table(
    "member_merge",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("survivor", ID, ForeignKey("member.id"), nullable=False),
    Column("merged", ID, ForeignKey("member.id"), nullable=False),  # the one who is merged into the survivor
    Column("status", String(16), nullable=False),  # waiting, done, refused
    Column("event", ID, nullable=False),  # `members_merged`, which holds up the survivor's queue until then
    Column("merged_event", ID, nullable=False),  # the event that holds up the other queue
    Column("requested_at", Instant, nullable=False),
    Column("requested_by", NAME, nullable=False),
    Column("finished_at", Instant),
    Column("refusal", NAME),
    Column("because", Text),
    Column("comment", Text),  # the reason, in the words of the requester
    Column("result", Json),  # what was moved: names, dates and amounts
)
Index("ix_member_merge_store_requested_at", member_merge.c.store, member_merge.c.requested_at, member_merge.c.id)
Index("ix_member_merge_survivor", member_merge.c.survivor)
Index("ix_member_merge_merged", member_merge.c.merged)
Index(
    "ix_member_merge_waiting",
    member_merge.c.store,
    member_merge.c.id,
    sqlite_where=member_merge.c.finished_at.is_(None),
    postgresql_where=member_merge.c.finished_at.is_(None),
)
