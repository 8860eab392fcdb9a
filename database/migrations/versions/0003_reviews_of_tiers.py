"""Reviews of tiers: what a member's standing counts from, and when their tier is reviewed."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("tier_base", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("member", sa.Column("tier_until", Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("member", "tier_until")
    op.drop_column("member", "tier_base")
