"""The tables. Every row of a store carries the store's code; points are in millionths of a wallet's unit."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    true,
)

import rules
from database.errors import UnreadableJson
from loyalty.decisions.expiry_json import expiry_from_json, expiry_to_json
from loyalty.program.expiry import Expiry

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: a timestamp with time zone on PostgreSQL, sortable text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as SQLAlchemy calls it
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON as text: numbers stay exact on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else rules.exact.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else _read(value)


class ExpiryRule(TypeDecorator[Expiry]):
    """The rule by which points expire, as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Expiry | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else rules.exact.dumps(expiry_to_json(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Expiry | None:  # noqa: ARG002 - as SQLAlchemy calls it
        return None if value is None else expiry_from_json(_read(value))


def _read(text: str) -> Any:
    """Return the JSON of a column; raise UnreadableJson."""
    try:
        return rules.exact.loads(text)
    except rules.MalformedJson as error:
        raise UnreadableJson(str(error)) from None


ID = String(36)
NAME = String(255)
KEY = String(1024)  # lower case may be longer than the original


def _store() -> Column[str]:
    return Column("store", NAME, nullable=False)


def _member(nullable: bool = False) -> Column[str]:
    return Column("member", ID, ForeignKey("member.id"), nullable=nullable)


store = Table(
    "store",
    metadata,
    Column("code", NAME, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("secret", Text, nullable=False),  # signs the requests of `call_webhook`
    Column("clock_rings_at", Instant),  # when the store's clock wakes up next; null: it knows of no due item
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
)

member = Table(
    "member",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    Column("email", NAME),
    Column("email_key", KEY),  # in lower case, as email and phone are compared in any case
    Column("phone", NAME),
    Column("phone_key", KEY),
    Column("card", NAME),
    Column("profile", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("tier", NAME),
    Column("tier_since", Instant),
    Column("tier_base", BigInteger, nullable=False, server_default="0"),  # earned when the tier was last reviewed
    Column("tier_until", Instant),  # when the tier is reviewed next; null: never
    Column("reviewed_at", Instant),  # when the last review was due
    Column("reviewed_since", Instant),  # when the review before it was due
    Column("reviewed_base", BigInteger, nullable=False, server_default="0"),  # the base of the period that it judged
    Column("active", Boolean, nullable=False),
    Column("password_hash", Text),
    Column("registered_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("store", "email_key"),
    UniqueConstraint("store", "phone_key"),
    UniqueConstraint("store", "card"),
)
Index("ix_member_store_created_at", member.c.store, member.c.created_at)

event = Table(
    "event",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    Column("type", NAME, nullable=False),
    _member(),
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
    Column("start_after", Instant),  # when the relay looks after it; null: never
    Column("position", BigInteger),  # its place in the member's queue; null: applied, failed, or part of its parent
    Column("owner", Text),  # id of the workflow that runs it; null: none yet
    Column("removed_at", Instant),  # when its body, decision, steps and messages were removed; null: they are there
    UniqueConstraint("store", "external_id"),
)
Index("ix_event_store_received_at", event.c.store, event.c.received_at)
Index("ix_event_member", event.c.member, event.c.received_at)
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
    _store(),
    Column("result", Json, nullable=False),
)

BALANCE = ("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying")
"""The parts of a balance, as `loyalty.store.members.Balance` has them."""

account = Table(
    "account",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    _member(),
    Column("wallet", NAME, nullable=False),
    *(Column(part, BigInteger, nullable=False) for part in BALANCE),
    Column("transfers", BigInteger, nullable=False),  # the number of the last one
    *(CheckConstraint(f"{part} >= 0", f"{part}_not_negative") for part in ("active", "pending", "held", "owed")),
    UniqueConstraint("member", "wallet"),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    Column("account", ID, ForeignKey("account.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    _member(),
    Column("wallet", NAME, nullable=False),
    Column("kind", String(16), nullable=False),  # of `loyalty.store.points.TransferKind`
    Column("points", BigInteger, nullable=False),
    *(Column(part, BigInteger, nullable=False) for part in BALANCE),  # what it adds to each
    Column("balance", BigInteger, nullable=False),  # active less owed, after it
    Column("event", ID, nullable=False),
    Column("source", NAME, nullable=False),
    Column("related", ID),  # the transfer that it is about
    Column("comment", Text, nullable=False, server_default=""),
    Column("external_id", NAME),
    Column("ends_at", Instant),  # of a hold
    Column("lot", ID),
    Column("at", Instant, nullable=False),
    Column("estimated", Boolean, nullable=False, server_default=false()),  # its allocations were worked out later
    Column("counts_at", Instant),  # when what it qualifies counts for tiers; null: at `at`
    UniqueConstraint("account", "number"),
    UniqueConstraint("store", "external_id"),
)
Index("ix_transfer_member_at", transfer.c.member, transfer.c.at)
Index("ix_transfer_store_at", transfer.c.store, transfer.c.at)
Index("ix_transfer_event", transfer.c.event)
Index(
    "ix_transfer_related",
    transfer.c.related,
    sqlite_where=transfer.c.related.is_not(None),
    postgresql_where=transfer.c.related.is_not(None),
)

lot = Table(
    "lot",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    _member(),
    Column("wallet", NAME, nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("remaining", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False, server_default="0"),
    Column("active_from", Instant),
    Column("expires_at", Instant),
    Column("expiry", ExpiryRule),  # of pending points: how `expires_at` is computed if they become active earlier
    Column("qualifies", Boolean, nullable=False, server_default=false()),  # for tiers, when it becomes active
    Column("event", ID, nullable=False),
    Column("transfer", ID, nullable=False),  # the one that added it
    Column("created_at", Instant, nullable=False),
    CheckConstraint("remaining >= 0", "remaining_not_negative"),
    CheckConstraint("held >= 0", "held_not_negative"),
)
Index(
    "ix_lot_member_wallet_expires_at",
    lot.c.member,
    lot.c.wallet,
    lot.c.expires_at,
    lot.c.created_at,
    lot.c.id,
    sqlite_where=lot.c.remaining > 0,
    postgresql_where=lot.c.remaining > 0,
)
Index(
    "ix_lot_transfer",
    lot.c.transfer,
    sqlite_where=lot.c.transfer != lot.c.id,
    postgresql_where=lot.c.transfer != lot.c.id,
)

allocation = Table(
    "allocation",
    metadata,
    Column("transfer", ID, ForeignKey("transfer.id"), primary_key=True),
    Column("lot", ID, ForeignKey("lot.id"), primary_key=True),
    _store(),
    Column("points", BigInteger, nullable=False),  # what it adds to what remains
    Column("held", BigInteger, nullable=False),  # what it adds to what is held
)
Index("ix_allocation_lot", allocation.c.lot)

deadline = Table(
    "deadline",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("subject", ID, primary_key=True),  # id of a lot, an issued reward or a member (for the tier)
    Column("kind", String(32), primary_key=True),  # as in loyalty.store.due_items
    Column("due_at", Instant, nullable=False),
    _member(nullable=True),  # whose queued events come first
    Column("failed_at", Instant),  # when it was set aside; null: it was not
    Column("error", Text),
)
Index(
    "ix_deadline_store_due_at",
    deadline.c.store,
    deadline.c.due_at,
    sqlite_where=deadline.c.failed_at.is_(None),
    postgresql_where=deadline.c.failed_at.is_(None),
)
Index(
    "ix_deadline_store_failed_at",
    deadline.c.store,
    deadline.c.failed_at,
    sqlite_where=deadline.c.failed_at.is_not(None),
    postgresql_where=deadline.c.failed_at.is_not(None),
)

usage = Table(
    "usage",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("reactor", NAME, primary_key=True),
    Column("member", ID, primary_key=True),  # "": the whole program
    Column("day", Date, primary_key=True),
    Column("wallet", NAME, primary_key=True),  # "": firings that awarded no points
    Column("times", BigInteger, nullable=False),  # of a firing that awarded several wallets, with the first of them
    Column("points", BigInteger, nullable=False),  # in millionths
)

mark = Table(
    "mark",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("achievement", NAME, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", NAME, primary_key=True),
    _store(),
    Column("amount", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("achievement", NAME, primary_key=True),
    _store(),
    Column("completed", Integer, nullable=False),
    Column("completed_at", Instant, nullable=False),  # when last
)

contribution = Table(
    "contribution",
    metadata,
    Column("event", ID, ForeignKey("event.id"), primary_key=True),
    Column("kind", String(8), primary_key=True),  # of `loyalty.store.contributions.ContributionKind`
    Column("name", NAME, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("value", NAME, primary_key=True),
    _store(),
    Column("amount", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    sqlite_with_rowid=False,  # the key is most of the row: stored once
)

badge = Table(
    "badge",
    metadata,
    Column("member", ID, ForeignKey("member.id"), primary_key=True),
    Column("badge", NAME, primary_key=True),
    _store(),
    Column("times", Integer, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

issued_reward = Table(
    "issued_reward",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    _member(),
    Column("reward", NAME, nullable=False),
    Column("coupon", NAME),
    Column("status", String(16), nullable=False),  # issued, used, expired
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("event", ID, nullable=False),
    UniqueConstraint("store", "coupon"),
)
Index("ix_issued_reward_member", issued_reward.c.member)

subscription = Table(
    "subscription",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    Column("event_name", NAME, nullable=False),
    Column("url", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("format", String(16), nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("failing_since", Instant),
    Column("disabled_at", Instant),
    Column("disabled_because", Text),
)
Index("ix_subscription_store_event_name", subscription.c.store, subscription.c.event_name)

message = Table(
    "message",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    Column("event", ID, ForeignKey("event.id"), nullable=False),
    Column("name", NAME, nullable=False),
    Column("data", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", ID, primary_key=True),
    _store(),
    Column("message", ID, ForeignKey("message.id"), nullable=False),
    Column("event", ID, nullable=False),
    Column("subscription", ID),  # null: `call_webhook`
    Column("url", Text, nullable=False),
    Column("headers", Json, nullable=False),
    Column("status", String(16), nullable=False),  # pending, delivered, failed, skipped
    Column("attempts", Integer, nullable=False),
    Column("earlier_attempts", Integer, nullable=False, server_default="0"),  # before it was last tried again
    Column("next_attempt_at", Instant),  # when the next attempt is due; null: there is none
    Column("finished_at", Instant),
    Column("start_after", Instant),  # when the relay looks after it; null: never
)
Index("ix_delivery_event", delivery.c.event)
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
    _store(),
    Column("at", Instant, nullable=False),
    Column("status", Integer),
    Column("latency_ms", Integer, nullable=False),
    Column("answer", Text, nullable=False),  # the start of the response's body
    Column("error", Text),
)

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("store", NAME, primary_key=True),
    Column("client", NAME, primary_key=True),  # admin/ID or member/ID
    Column("route", NAME, primary_key=True),  # method and template of the path
    Column("key", NAME, primary_key=True),  # what the client sent as Idempotency-Key
    Column("fingerprint", String(64), nullable=False),  # hash of the request's content
    Column("status", Integer, nullable=False),
    Column("content", Json),  # null: no body
    Column("answered_at", Instant, nullable=False, index=True),
)

admin = Table(
    "admin",
    metadata,
    Column("id", ID, primary_key=True),
    Column("username", NAME, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("role", Integer, nullable=False, server_default="1"),  # a number of a built-in role, or of a row of `role`
    Column("store", NAME),  # null: of every store
    Column("email", NAME),
    Column("active", Boolean, nullable=False, server_default=true()),
)

role = Table(
    "role",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", NAME, nullable=False, unique=True),
    Column("permissions", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("admin", ID, ForeignKey("admin.id"), nullable=False),
    Column("name", NAME, nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("role", Integer, nullable=False, server_default="1"),  # as that of `admin`; its administrator's limits it
    Column("store", NAME),  # null: every store of its administrator
    Column("rate_limit", Integer),  # requests a minute
    Column("last_used_at", Instant),
    Column("previous_hash", String(64)),  # of the token before the last rotation
    Column("previous_expires_at", Instant),
    Index("ix_api_key_previous_hash", "previous_hash", unique=True),
)

session = Table(
    "session",
    metadata,
    Column("id", ID, primary_key=True),
    Column("subject", ID, nullable=False, index=True),  # an administrator or a member
    Column("store", NAME),  # null: of an administrator
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("address", NAME),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("family", ID, nullable=False, index=True),  # the session
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

setting = Table(
    "setting",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("value", Text, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", ID, primary_key=True),
    Column("created_at", Instant, nullable=False, index=True),
    Column("store", NAME),  # null: it belongs to no store
    Column("event_type", NAME, nullable=False),  # method and template of the path
    Column("entity_type", NAME, nullable=False),
    Column("entity_id", NAME),
    Column("user_id", ID),
    Column("username", NAME, nullable=False),
    Column("user_type", String(8), nullable=False),
    Column("api_key", ID),
    Column("address", NAME),
    Column("outcome", String(8), nullable=False),
    Column("status", Integer, nullable=False),
    Column("details", Json),
    Index("ix_audit_log_store_created_at", "store", "created_at"),
)
