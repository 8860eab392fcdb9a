"""Administrators and API keys have a role and a store; those that exist may do everything in every store, as before."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ADMINISTRATOR = "1"


def upgrade() -> None:
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("permissions", Json(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    for table in ("admin", "api_key"):
        op.add_column(table, sa.Column("role", sa.Integer(), nullable=False, server_default=ADMINISTRATOR))
        op.add_column(table, sa.Column("store", sa.String(255)))
    op.add_column("admin", sa.Column("email", sa.String(255)))
    op.add_column("admin", sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("admin", "active")
    op.drop_column("admin", "email")
    for table in ("admin", "api_key"):
        op.drop_column(table, "store")
        op.drop_column(table, "role")
    op.drop_table("role")
