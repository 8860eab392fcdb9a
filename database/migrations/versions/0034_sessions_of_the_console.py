"""Sessions of the console."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "console_session",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("session", sa.String(36), nullable=False),
        sa.Column("seen_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_console_session"),
    )
    op.create_index("ix_console_session_session", "console_session", ["session"])


def downgrade() -> None:
    op.drop_table("console_session")
