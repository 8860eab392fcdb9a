"""The audit log: who changed what, when and from where. It begins with this migration."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("store", sa.String(255)),
        sa.Column("event_type", sa.String(255), nullable=False),
        sa.Column("entity_type", sa.String(255), nullable=False),
        sa.Column("entity_id", sa.String(255)),
        sa.Column("user_id", sa.String(36)),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("user_type", sa.String(8), nullable=False),
        sa.Column("api_key", sa.String(36)),
        sa.Column("address", sa.String(255)),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("details", Json()),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_created_at", "audit_log", ["created_at"])
    op.create_index("ix_audit_log_store_created_at", "audit_log", ["store", "created_at"])


def downgrade() -> None:
    op.drop_table("audit_log")
