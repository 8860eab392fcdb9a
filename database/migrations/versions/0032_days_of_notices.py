"""Days of notices are settings of a store, and a change of them moves the notices that wait."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("store", sa.Column("notice_days", Json()))
    op.create_table(
        "notice_move",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("begun_at", Instant(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(36), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("start_after", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store", name="pk_notice_move"),
        sa.ForeignKeyConstraint(["store"], ["store.code"], name="fk_notice_move_store"),
    )


def downgrade() -> None:
    op.drop_table("notice_move")
    op.drop_column("store", "notice_days")
