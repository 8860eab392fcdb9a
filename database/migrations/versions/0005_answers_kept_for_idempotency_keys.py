"""Answers kept for the Idempotency-Key of requests."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("client", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content", Json(), nullable=True),
        sa.Column("answered_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store", "client", "route", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index(op.f("ix_kept_answer_answered_at"), "kept_answer", ["answered_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_kept_answer_answered_at"), table_name="kept_answer")
    op.drop_table("kept_answer")
