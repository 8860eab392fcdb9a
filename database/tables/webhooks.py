"""Subscriptions, messages, deliveries and their attempts."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Sequence, String, Table, Text

from database.tables.columns import ID, NAME, Instant, Json, metadata, store_column

subscription = Table(
    "subscription",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("name", NAME),
    Column("event_name", NAME, nullable=False),
    Column("url", Text, nullable=False),
    Column("shown_url", Text, nullable=False, server_default=""),  # without its secret query
    Column("searchable", Text, nullable=False, server_default=""),  # case-folded, for searches
    Column("headers", Json, nullable=False),
    Column("format", String(16), nullable=False),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),  # signs, too, until:
    Column("previous_secret_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("active_from", Instant),  # messages about earlier events are not sent; null: all are sent
    Column("failing_since", Instant),
    Column("disabled_at", Instant),
    Column("disabled_because", Text),
)
Index("ix_subscription_store_event_name", subscription.c.store, subscription.c.event_name)

message = Table(
    "message",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("event", ID, ForeignKey("event.id"), nullable=False),
    Column("name", NAME, nullable=False),
    Column("data", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("number", BigInteger),  # a later message about a member has a higher one; null: an older version created it
)

MESSAGE_NUMBERS = Sequence("message_number", metadata=metadata)
"""Numbers messages on PostgreSQL, so that concurrent events do not wait for one another; SQLite has a counter."""

delivery = Table(
    "delivery",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("message", ID, ForeignKey("message.id"), nullable=False),
    Column("event", ID, nullable=False),
    Column("name", NAME),  # of its message
    Column("created_at", Instant),
    Column("subscription", ID),  # null: `call_webhook`
    Column("url", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("status", String(16), nullable=False),  # pending, delivered, failed, skipped
    Column("attempts", Integer, nullable=False),
    Column("earlier_attempts", Integer, nullable=False, server_default="0"),  # before the last retry by request
    Column("next_attempt_at", Instant),  # when the next attempt is due; null: there is none
    Column("finished_at", Instant),
    Column("start_after", Instant),  # when the relay checks it; null: never
)
Index("ix_delivery_event", delivery.c.event)
Index("ix_delivery_store_created_at", delivery.c.store, delivery.c.created_at, delivery.c.id)
Index("ix_delivery_store_name_created_at", delivery.c.store, delivery.c.name, delivery.c.created_at, delivery.c.id)
Index("ix_delivery_subscription_created_at", delivery.c.subscription, delivery.c.created_at, delivery.c.id)
Index(
    "ix_delivery_undelivered_created_at",
    delivery.c.store,
    delivery.c.status,
    delivery.c.created_at,
    sqlite_where=delivery.c.status.in_(("failed", "skipped")),
    postgresql_where=delivery.c.status.in_(("failed", "skipped")),
)
Index(
    "ix_delivery_start_after",
    delivery.c.start_after,
    sqlite_where=delivery.c.start_after.is_not(None),
    postgresql_where=delivery.c.start_after.is_not(None),
)
Index(
    "ix_delivery_undelivered",
    delivery.c.store,
    delivery.c.finished_at,
    sqlite_where=delivery.c.status.in_(("failed", "skipped")),
    postgresql_where=delivery.c.status.in_(("failed", "skipped")),
)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery", ID, ForeignKey("delivery.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    store_column(),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("latency_ms", Integer, nullable=False),
    Column("answer", Text, nullable=False),  # the start of the response's body
    Column("error", Text),
)

resend = Table(
    "resend",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("status", String(16), nullable=False),  # running, done, cancelled
    Column("criteria", Json, nullable=False),
    Column("target", ID),  # the subscription to send to; null: each to its own
    Column("total", Integer, nullable=False),  # counted before it began
    Column("looked_at", Integer, nullable=False),
    Column("resent", Integer, nullable=False),
    Column("after_at", Instant),  # the last delivery that was examined
    Column("after_id", ID),
    Column("created_at", Instant, nullable=False),
    Column("created_by", NAME, nullable=False),
    Column("finished_at", Instant),
    Column("start_after", Instant),  # when a worker checks that its workflow runs; null: it is finished
)
Index("ix_resend_store_created_at", resend.c.store, resend.c.created_at)
Index(
    "ix_resend_start_after",
    resend.c.start_after,
    sqlite_where=resend.c.start_after.is_not(None),
    postgresql_where=resend.c.start_after.is_not(None),
)
