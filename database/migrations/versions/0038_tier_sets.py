"""Where members are in tier sets beside the default one, and what sales count for tiers that are reached by spend."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_tier",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("tier_set", sa.String(255), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("tier", sa.String(255)),
        sa.Column("tier_since", Instant(timezone=True)),
        sa.Column("tier_raised_at", Instant(timezone=True)),
        sa.Column("tier_lowered_at", Instant(timezone=True)),
        sa.Column("tier_base", sa.BigInteger(), nullable=False),
        sa.Column("tier_until", Instant(timezone=True)),
        sa.Column("reviewed_at", Instant(timezone=True)),
        sa.Column("reviewed_since", Instant(timezone=True)),
        sa.Column("reviewed_base", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_member_tier_member_member"),
        sa.PrimaryKeyConstraint("member", "tier_set", name="pk_member_tier"),
    )
    op.create_index("ix_member_tier_store_tier", "member_tier", ["store", "tier_set", "tier"])
    op.create_index("ix_member_tier_subject", "member_tier", ["subject"])
    op.create_table(
        "counted_sale",
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("tier_set", sa.String(255), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("sold", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_counted_sale_member_member"),
        sa.PrimaryKeyConstraint("event", "tier_set", name="pk_counted_sale"),
    )
    op.create_index("ix_counted_sale_member", "counted_sale", ["member", "tier_set", "at"])


def downgrade() -> None:
    op.drop_table("counted_sale")
    op.drop_table("member_tier")
