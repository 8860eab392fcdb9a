"""Members who are merged into others."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("merged_into", sa.String(36)))
    is_merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_member_merged_into", "member", ["merged_into"], sqlite_where=is_merged, postgresql_where=is_merged
    )
    op.create_table(
        "member_merge",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("survivor", sa.String(36), nullable=False),
        sa.Column("merged", sa.String(36), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("merged_event", sa.String(36), nullable=False),
        sa.Column("requested_at", Instant(timezone=True), nullable=False),
        sa.Column("requested_by", sa.String(255), nullable=False),
        sa.Column("finished_at", Instant(timezone=True)),
        sa.Column("refusal", sa.String(255)),
        sa.Column("because", sa.Text()),
        sa.Column("result", Json()),
        sa.ForeignKeyConstraint(["survivor"], ["member.id"], name="fk_member_merge_survivor_member"),
        sa.ForeignKeyConstraint(["merged"], ["member.id"], name="fk_member_merge_merged_member"),
        sa.PrimaryKeyConstraint("id", name="pk_member_merge"),
    )
    op.create_index("ix_member_merge_store_requested_at", "member_merge", ["store", "requested_at", "id"])
    op.create_index("ix_member_merge_survivor", "member_merge", ["survivor"])
    op.create_index("ix_member_merge_merged", "member_merge", ["merged"])
    waits = sa.text("finished_at IS NULL")
    op.create_index(
        "ix_member_merge_waiting", "member_merge", ["store", "id"], sqlite_where=waits, postgresql_where=waits
    )


def downgrade() -> None:
    op.drop_table("member_merge")
    op.drop_index("ix_member_merged_into", "member")
    op.drop_column("member", "merged_into")
