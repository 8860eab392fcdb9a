"""Redemption codes of reactors."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_code",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("reactor", sa.String(255), nullable=False),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("used_at", Instant(timezone=True)),
        sa.Column("member", sa.String(36)),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_code"),
        sa.UniqueConstraint("store", "reactor", "code", name="uq_campaign_code_store_reactor_code"),
    )
    op.create_index("ix_campaign_code_created_at", "campaign_code", ["store", "reactor", "created_at", "id"])
    is_used = sa.text("member IS NOT NULL")
    op.create_index(
        "ix_campaign_code_member", "campaign_code", ["member"], sqlite_where=is_used, postgresql_where=is_used
    )


def downgrade() -> None:
    op.drop_table("campaign_code")
