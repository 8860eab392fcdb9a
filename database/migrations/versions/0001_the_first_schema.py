"""The first schema."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin")),
        sa.UniqueConstraint("username", name=op.f("uq_admin_username")),
    )
    op.create_table(
        "deadline",
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_store_due_at", ["store", "due_at"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("email_key", sa.String(length=1024), nullable=True),
        sa.Column("phone", sa.String(length=255), nullable=True),
        sa.Column("phone_key", sa.String(length=1024), nullable=True),
        sa.Column("card", sa.String(length=255), nullable=True),
        sa.Column("profile", Json(), nullable=False),
        sa.Column("attributes", Json(), nullable=False),
        sa.Column("tier", sa.String(length=255), nullable=True),
        sa.Column("tier_since", Instant(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("registered_at", Instant(timezone=True), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("updated_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("store", "card", name=op.f("uq_member_store_card")),
        sa.UniqueConstraint("store", "email_key", name=op.f("uq_member_store_email_key")),
        sa.UniqueConstraint("store", "phone_key", name=op.f("uq_member_store_phone_key")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index("ix_member_store_created_at", ["store", "created_at"], unique=False)

    op.create_table(
        "refresh_token",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("family", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=True),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("used_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_token")),
    )
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refresh_token_family"), ["family"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "store",
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("clock_rings_at", Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_store")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("event_name", sa.String(length=255), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headers", Json(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("failing_since", Instant(timezone=True), nullable=True),
        sa.Column("disabled_at", Instant(timezone=True), nullable=True),
        sa.Column("disabled_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_store_event_name", ["store", "event_name"], unique=False)

    op.create_table(
        "usage",
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("reactor", sa.String(length=255), nullable=False),
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "reactor", "member", "day", name=op.f("pk_usage")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("admin", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["admin"], ["admin.id"], name=op.f("fk_api_key_admin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_key_hash")),
    )
    op.create_table(
        "badge",
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("badge", sa.String(length=255), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("granted_at", Instant(timezone=True), nullable=False),
        sa.Column("updated_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_badge_member")),
        sa.PrimaryKeyConstraint("member", "badge", name=op.f("pk_badge")),
    )
    op.create_table(
        "balance",
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("wallet", sa.String(length=255), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("active", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("expired", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_balance_member")),
        sa.PrimaryKeyConstraint("member", "wallet", name=op.f("pk_balance")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("wallet", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.String(length=36), nullable=True),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_entry_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_event", ["event"], unique=False)
        batch_op.create_index("ix_entry_member", ["member", "at"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("customer_data", Json(), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.Column("time", Instant(timezone=True), nullable=False),
        sa.Column("received_at", Instant(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=36), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("decision", Json(), nullable=True),
        sa.Column("settled_at", Instant(timezone=True), nullable=True),
        sa.Column("start_after", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_event_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("store", "external_id", name=op.f("uq_event_store_external_id")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_member", ["member", "received_at"], unique=False)
        batch_op.create_index(
            "ix_event_parent",
            ["parent"],
            unique=False,
            sqlite_where=sa.text("parent IS NOT NULL"),
            postgresql_where=sa.text("parent IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_event_start_after",
            ["start_after"],
            unique=False,
            sqlite_where=sa.text("start_after IS NOT NULL"),
            postgresql_where=sa.text("start_after IS NOT NULL"),
        )
        batch_op.create_index("ix_event_store_received_at", ["store", "received_at"], unique=False)

    op.create_table(
        "issued_reward",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("reward", sa.String(length=255), nullable=False),
        sa.Column("coupon", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("issued_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=True),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_issued_reward_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_reward")),
        sa.UniqueConstraint("store", "coupon", name=op.f("uq_issued_reward_store_coupon")),
    )
    with op.batch_alter_table("issued_reward", schema=None) as batch_op:
        batch_op.create_index("ix_issued_reward_member", ["member"], unique=False)

    op.create_table(
        "lot",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("wallet", sa.String(length=255), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("active_from", Instant(timezone=True), nullable=True),
        sa.Column("expires_at", Instant(timezone=True), nullable=True),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_lot_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
    )
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_lot_member_wallet",
            ["member", "wallet"],
            unique=False,
            sqlite_where=sa.text("remaining > 0"),
            postgresql_where=sa.text("remaining > 0"),
        )

    op.create_table(
        "mark",
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("achievement", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_mark_member")),
        sa.PrimaryKeyConstraint("member", "achievement", "day", "value", name=op.f("pk_mark")),
    )
    op.create_table(
        "progress",
        sa.Column("member", sa.String(length=36), nullable=False),
        sa.Column("achievement", sa.String(length=255), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("completed_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name=op.f("fk_progress_member")),
        sa.PrimaryKeyConstraint("member", "achievement", name=op.f("pk_progress")),
    )
    op.create_table(
        "revision",
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("files", Json(), nullable=False),
        sa.Column("deployed_at", Instant(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name=op.f("fk_revision_store")),
        sa.PrimaryKeyConstraint("store", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_message_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_table(
        "step",
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("result", Json(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_step_event")),
        sa.PrimaryKeyConstraint("event", "name", name=op.f("pk_step")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("message", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("subscription", sa.String(length=36), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headers", Json(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Instant(timezone=True), nullable=True),
        sa.Column("finished_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name=op.f("fk_delivery_message")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_event", ["event"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_attempt_delivery")),
        sa.PrimaryKeyConstraint("delivery", "number", name=op.f("pk_attempt")),
    )


def downgrade() -> None:
    op.drop_table("attempt")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_event")

    op.drop_table("delivery")
    op.drop_table("step")
    op.drop_table("message")
    op.drop_table("revision")
    op.drop_table("progress")
    op.drop_table("mark")
    with op.batch_alter_table("lot", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_lot_member_wallet", sqlite_where=sa.text("remaining > 0"), postgresql_where=sa.text("remaining > 0")
        )

    op.drop_table("lot")
    with op.batch_alter_table("issued_reward", schema=None) as batch_op:
        batch_op.drop_index("ix_issued_reward_member")

    op.drop_table("issued_reward")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_store_received_at")
        batch_op.drop_index(
            "ix_event_start_after",
            sqlite_where=sa.text("start_after IS NOT NULL"),
            postgresql_where=sa.text("start_after IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_event_parent",
            sqlite_where=sa.text("parent IS NOT NULL"),
            postgresql_where=sa.text("parent IS NOT NULL"),
        )
        batch_op.drop_index("ix_event_member")

    op.drop_table("event")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index("ix_entry_member")
        batch_op.drop_index("ix_entry_event")

    op.drop_table("entry")
    op.drop_table("balance")
    op.drop_table("badge")
    op.drop_table("api_key")
    op.drop_table("usage")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_subscription_store_event_name")

    op.drop_table("subscription")
    op.drop_table("store")
    op.drop_table("setting")
    with op.batch_alter_table("refresh_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refresh_token_family"))

    op.drop_table("refresh_token")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index("ix_member_store_created_at")

    op.drop_table("member")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index("ix_deadline_store_due_at")

    op.drop_table("deadline")
    op.drop_table("admin")
