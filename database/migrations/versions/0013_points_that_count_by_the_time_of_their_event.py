"""Points count for tiers by the time of their event, and the last review of each member's tier is kept."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transfer", sa.Column("counts_at", Instant(timezone=True), nullable=True))
    op.add_column("member", sa.Column("reviewed_at", Instant(timezone=True), nullable=True))
    op.add_column("member", sa.Column("reviewed_since", Instant(timezone=True), nullable=True))
    op.add_column("member", sa.Column("reviewed_base", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    for column in ("reviewed_base", "reviewed_since", "reviewed_at"):
        op.drop_column("member", column)
    op.drop_column("transfer", "counts_at")
