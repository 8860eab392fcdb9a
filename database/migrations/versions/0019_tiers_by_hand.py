"""Tiers by hand, and when a member rose and fell last, which is known from this migration on."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_hold",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("tier_set", sa.String(255), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("tier", sa.String(255), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("until", Instant(timezone=True)),
        sa.Column("before", sa.String(255)),
        sa.Column("before_until", Instant(timezone=True)),
        sa.Column("set_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_tier_hold_member_member"),
        sa.PrimaryKeyConstraint("member", "tier_set", name="pk_tier_hold"),
    )
    for name in ("tier_raised_at", "tier_lowered_at"):
        op.add_column("member", sa.Column(name, Instant(timezone=True)))


def downgrade() -> None:
    for name in ("tier_lowered_at", "tier_raised_at"):
        op.drop_column("member", name)
    op.drop_table("tier_hold")
