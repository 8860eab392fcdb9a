"""Members who are frozen, and what falls due of them meanwhile."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("frozen_at", Instant(timezone=True)))
    op.add_column("member", sa.Column("frozen_reason", sa.Text()))
    is_frozen = sa.text("frozen_at IS NOT NULL")
    op.create_index(
        "ix_member_store_frozen_at",
        "member",
        ["store", "frozen_at"],
        sqlite_where=is_frozen,
        postgresql_where=is_frozen,
    )
    op.add_column("deadline", sa.Column("waits_for_thaw", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("deadline", "waits_for_thaw")
    op.drop_index("ix_member_store_frozen_at", "member")
    op.drop_column("member", "frozen_reason")
    op.drop_column("member", "frozen_at")
