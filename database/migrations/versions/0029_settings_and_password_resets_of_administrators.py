"""Settings of administrators, codes that reset their passwords, and archives of the audit log."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin_setting",
        sa.Column("admin", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin"], ["admin.id"], name="fk_admin_setting_admin_admin"),
        sa.PrimaryKeyConstraint("admin", "store", "key", name="pk_admin_setting"),
    )
    op.create_table(
        "password_reset",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("admin", sa.String(36), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin"], ["admin.id"], name="fk_password_reset_admin_admin"),
        sa.PrimaryKeyConstraint("hash", name="pk_password_reset"),
    )
    op.create_index("ix_password_reset_admin", "password_reset", ["admin"])
    op.create_table(
        "audit_archive",
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("filename", name="pk_audit_archive"),
    )


def downgrade() -> None:
    op.drop_table("audit_archive")
    op.drop_table("password_reset")
    op.drop_table("admin_setting")
