"""Members who are closed to be anonymised; the audit log is searched by what it is about."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("was_active", sa.Boolean(), nullable=False),
        sa.Column("requested_at", Instant(timezone=True), nullable=False),
        sa.Column("erased_at", Instant(timezone=True)),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_erasure_member_member"),
        sa.PrimaryKeyConstraint("member", name="pk_erasure"),
    )
    is_open = sa.text("erased_at IS NULL")
    op.create_index("ix_erasure_open", "erasure", ["store", "member"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_audit_log_store_entity_id", "audit_log", ["store", "entity_id"])


def downgrade() -> None:
    op.drop_index("ix_audit_log_store_entity_id", "audit_log")
    op.drop_table("erasure")
