"""The store's next wake-up has the name that the code gives it."""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("store", "clock_rings_at", new_column_name="clock_due_at")


def downgrade() -> None:
    op.alter_column("store", "clock_due_at", new_column_name="clock_rings_at")
