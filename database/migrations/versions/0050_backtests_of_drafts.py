"""Backtests of drafts, one of each administrator in each store."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft_backtest",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("admin", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("begun_at", Instant(timezone=True), nullable=False),
        sa.Column("seen_at", Instant(timezone=True), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("events_in_all", sa.Integer()),
        sa.Column("because", sa.Text()),
        sa.Column("result", sa.Text()),
        sa.ForeignKeyConstraint(["admin"], ["admin.id"], name="fk_draft_backtest_admin_admin"),
        sa.PrimaryKeyConstraint("store", "admin", name="pk_draft_backtest"),
    )


def downgrade() -> None:
    op.drop_table("draft_backtest")
