"""Log-ins are rows of their own, `session`; API keys can be rotated and limited, and show when they were used."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255)),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("expires_at", Instant(timezone=True), nullable=False),
        sa.Column("address", sa.String(255)),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_subject", "session", ["subject"])
    op.execute(
        "INSERT INTO session (id, subject, store, created_at, expires_at)"
        " SELECT family, subject, store, min(created_at), max(expires_at) FROM refresh_token"
        " GROUP BY family, subject, store"
    )
    op.drop_column("refresh_token", "subject")
    op.drop_column("refresh_token", "store")
    op.add_column("api_key", sa.Column("rate_limit", sa.Integer()))
    op.add_column("api_key", sa.Column("last_used_at", Instant(timezone=True)))
    op.add_column("api_key", sa.Column("previous_hash", sa.String(64)))
    op.add_column("api_key", sa.Column("previous_expires_at", Instant(timezone=True)))
    op.create_index("ix_api_key_previous_hash", "api_key", ["previous_hash"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_api_key_previous_hash", "api_key")
    for name in ("previous_expires_at", "previous_hash", "last_used_at", "rate_limit"):
        op.drop_column("api_key", name)
    op.add_column("refresh_token", sa.Column("subject", sa.String(36), nullable=False, server_default=""))
    op.add_column("refresh_token", sa.Column("store", sa.String(255)))
    op.execute(
        "UPDATE refresh_token SET subject = (SELECT subject FROM session WHERE id = family),"
        " store = (SELECT store FROM session WHERE id = family)"
    )
    op.drop_index("ix_session_subject", "session")
    op.drop_table("session")
