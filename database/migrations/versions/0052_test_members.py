"""Members for tests, who are outside of figures; notes that take their rows out of these."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member", sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_member_store_is_test",
        "member",
        ["store", "id"],
        sqlite_where=sa.text("is_test = 1"),
        postgresql_where=sa.text("is_test"),
    )
    op.add_column("uncounted", sa.Column("moves", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("uncounted", "moves")
    op.drop_index("ix_member_store_is_test", "member")
    op.drop_column("member", "is_test")
