"""Transfers are searched by their points."""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_transfer_store_points", "transfer", ["store", "points"])


def downgrade() -> None:
    op.drop_index("ix_transfer_store_points", "transfer")
