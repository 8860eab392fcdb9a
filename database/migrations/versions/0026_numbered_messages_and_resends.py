"""Messages are numbered, deliveries are listed by their own columns, and many can be sent again by a job."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_UNDELIVERED = sa.text("status IN ('failed', 'skipped')")


def upgrade() -> None:
    op.add_column("store", sa.Column("last_message", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("message", sa.Column("number", sa.BigInteger()))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE message_number")
    op.add_column("delivery", sa.Column("name", sa.String(255)))
    op.add_column("delivery", sa.Column("created_at", Instant(timezone=True)))
    op.execute(
        "UPDATE delivery SET name = (SELECT name FROM message WHERE message.id = delivery.message),"
        " created_at = (SELECT created_at FROM message WHERE message.id = delivery.message)"
    )
    op.create_index("ix_delivery_store_created_at", "delivery", ["store", "created_at", "id"])
    op.create_index("ix_delivery_store_name_created_at", "delivery", ["store", "name", "created_at", "id"])
    op.create_index("ix_delivery_subscription_created_at", "delivery", ["subscription", "created_at", "id"])
    op.create_index(
        "ix_delivery_undelivered_created_at",
        "delivery",
        ["store", "status", "created_at"],
        sqlite_where=_UNDELIVERED,
        postgresql_where=_UNDELIVERED,
    )
    op.create_table(
        "resend",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("criteria", Json(), nullable=False),
        sa.Column("target", sa.String(36)),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("resent", sa.Integer(), nullable=False),
        sa.Column("after_at", Instant(timezone=True)),
        sa.Column("after_id", sa.String(36)),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("finished_at", Instant(timezone=True)),
        sa.Column("start_after", Instant(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_resend"),
    )
    op.create_index("ix_resend_store_created_at", "resend", ["store", "created_at"])
    is_running = sa.text("start_after IS NOT NULL")
    op.create_index(
        "ix_resend_start_after", "resend", ["start_after"], sqlite_where=is_running, postgresql_where=is_running
    )


def downgrade() -> None:
    op.drop_table("resend")
    for name in ("undelivered", "subscription", "store_name", "store"):
        op.drop_index(f"ix_delivery_{name}_created_at", "delivery")
    op.drop_column("delivery", "created_at")
    op.drop_column("delivery", "name")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE message_number")
    op.drop_column("message", "number")
    op.drop_column("store", "last_message")
