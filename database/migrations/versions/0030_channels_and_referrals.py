"""Channels of members, and who brought whom."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("identifier", sa.String(255), nullable=False),
        sa.Column("description", sa.String(255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
        sa.UniqueConstraint("store", "identifier", name="uq_channel_store_identifier"),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("referrer", sa.String(36), nullable=False),
        sa.Column("referee", sa.String(36), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        sa.ForeignKeyConstraint(["referrer"], ["member.id"], name="fk_referral_referrer"),
        sa.ForeignKeyConstraint(["referee"], ["member.id"], name="fk_referral_referee"),
        sa.UniqueConstraint("referee", name="uq_referral_referee"),
    )
    op.create_index("ix_referral_store_created_at", "referral", ["store", "created_at"])
    op.create_index("ix_referral_referrer", "referral", ["referrer"])
    op.add_column("member", sa.Column("channel", sa.String(36)))


def downgrade() -> None:
    op.drop_column("member", "channel")
    op.drop_table("referral")
    op.drop_table("channel")
