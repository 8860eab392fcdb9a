"""Members may wait for activation, and get codes, which are stored as hashes."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits: sa.Column[bool] = sa.Column("waits_for_activation", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("member", waits)
    op.create_table(
        "member_code",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("value", sa.String(255)),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("ended_at", Instant(timezone=True)),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_member_code"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_member_code_member"),
        sa.UniqueConstraint("hash", name="uq_member_code_hash"),
    )
    op.create_index("ix_member_code_member_purpose", "member_code", ["member", "purpose"])


def downgrade() -> None:
    op.drop_table("member_code")
    op.drop_column("member", "waits_for_activation")
