"""Events, the results of their steps, and due items."""

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
)

from database.tables.columns import ID, NAME, Instant, Json, MemberOrNobody, member_column, metadata, store_column

NOT_APPLIED = ("received", "decided", "failed")
"""The statuses with few events."""

event = Table(
    "event",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("type", NAME, nullable=False),
    Column("member", MemberOrNobody, ForeignKey("member.id")),  # null: it belongs to no member, and is in no queue
    Column("external_id", NAME),
    Column("fingerprint", String(64)),  # hash of the content: same id, other content is an error
    Column("customer_data", Json),
    Column("body", Json, nullable=False),
    Column("time", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("parent", ID),  # the event that caused it
    Column("depth", Integer, nullable=False),
    Column("status", String(16), nullable=False),  # received, decided, applied, failed
    Column("error", Text),
    Column("decision", Json),
    Column("settled_at", Instant),
    Column("start_after", Instant),  # when the relay checks it; null: never
    Column("position", BigInteger),  # its position in the member's queue; null: applied, failed, or part of its parent
    Column("owner", Text),  # id of the workflow that runs it; null: none yet
    Column("removed_at", Instant),  # when its body, decision, steps and messages were removed; null: they exist
    UniqueConstraint("store", "external_id"),
)
Index("ix_event_store_received_at", event.c.store, event.c.received_at)
Index("ix_event_store_type_received_at", event.c.store, event.c.type, event.c.received_at)
Index("ix_event_store_time", event.c.store, event.c.time)
Index("ix_event_member", event.c.member, event.c.received_at, event.c.type)
Index(
    "ix_event_queue",
    event.c.member,
    event.c.position,
    sqlite_where=event.c.position.is_not(None),
    postgresql_where=event.c.position.is_not(None),
)
Index(
    "ix_event_failed",
    event.c.store,
    event.c.settled_at,
    sqlite_where=event.c.status == "failed",
    postgresql_where=event.c.status == "failed",
)
Index(
    "ix_event_not_applied",
    event.c.store,
    event.c.received_at,
    sqlite_where=event.c.status.in_(NOT_APPLIED),
    postgresql_where=event.c.status.in_(NOT_APPLIED),
)
Index(
    "ix_event_parent",
    event.c.parent,
    sqlite_where=event.c.parent.is_not(None),
    postgresql_where=event.c.parent.is_not(None),
)
Index(
    "ix_event_start_after",
    event.c.start_after,
    sqlite_where=event.c.start_after.is_not(None),
    postgresql_where=event.c.start_after.is_not(None),
)

step = Table(
    "step",
    metadata,
    Column("event", ID, ForeignKey("event.id"), primary_key=True),
    Column("name", String(32), primary_key=True),
    store_column(),
    Column("result", Json, nullable=False),
)

decision_facts = Table(
    "decision_facts",
    metadata,
    Column("event", ID, ForeignKey("event.id"), primary_key=True),
    store_column(),
    Column("facts", Json, nullable=False),  # what the decision read, as `loyalty.events.facts` writes it
)

deadline = Table(
    "deadline",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("subject", ID, primary_key=True),  # id of a lot, an issued reward or a member (for the tier)
    Column("kind", String(32), primary_key=True),  # as in loyalty.store.due_items
    Column("due_at", Instant, nullable=False),
    member_column(nullable=True),  # the member whose queued events come first
    Column("failed_at", Instant),  # when it was set aside; null: it was not
    Column("error", Text),
    Column("waits_for_thaw", Boolean, nullable=False, server_default=false()),  # set aside until its member is unfrozen
)
Index(
    "ix_deadline_store_due_at",
    deadline.c.store,
    deadline.c.due_at,
    sqlite_where=deadline.c.failed_at.is_(None),
    postgresql_where=deadline.c.failed_at.is_(None),
)
Index(
    "ix_deadline_member",
    deadline.c.member,
    deadline.c.due_at,
    sqlite_where=deadline.c.member.is_not(None),
    postgresql_where=deadline.c.member.is_not(None),
)
Index(
    "ix_deadline_store_kind",
    deadline.c.store,
    deadline.c.kind,
    deadline.c.due_at,
    sqlite_where=deadline.c.kind != "expire",
    postgresql_where=deadline.c.kind != "expire",
)
Index(
    "ix_deadline_store_failed_at",
    deadline.c.store,
    deadline.c.failed_at,
    sqlite_where=deadline.c.failed_at.is_not(None),
    postgresql_where=deadline.c.failed_at.is_not(None),
)
