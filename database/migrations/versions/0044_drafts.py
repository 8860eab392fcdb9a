"""Drafts of programs, one of each administrator in each store."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("admin", sa.String(36), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin"], ["admin.id"], name="fk_draft_admin_admin"),
        sa.PrimaryKeyConstraint("store", "admin", name="pk_draft"),
    )
    op.create_table(
        "draft_file",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("admin", sa.String(36), nullable=False),
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("changed_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin"], ["admin.id"], name="fk_draft_file_admin_admin"),
        sa.PrimaryKeyConstraint("store", "admin", "path", name="pk_draft_file"),
    )


def downgrade() -> None:
    op.drop_table("draft_file")
    op.drop_table("draft")
