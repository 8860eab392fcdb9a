"""Deliveries that are overdue are found by the relay; failed events and undelivered webhooks are listed by indexes."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_FILL = """
UPDATE delivery SET
    next_attempt_at = coalesce(
        next_attempt_at, (SELECT message.created_at FROM message WHERE message.id = delivery.message)
    ),
    start_after = coalesce(
        next_attempt_at, (SELECT message.created_at FROM message WHERE message.id = delivery.message)
    )
WHERE status = 'pending'
"""
_LOOKED_AFTER = "start_after IS NOT NULL"
_UNDELIVERED = "status IN ('failed', 'skipped')"
_FAILED = "status = 'failed'"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("earlier_attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("start_after", Instant(timezone=True), nullable=True))
    op.execute(_FILL)
    _index("ix_delivery_start_after", "delivery", ["start_after"], _LOOKED_AFTER)
    _index("ix_delivery_undelivered", "delivery", ["store", "finished_at"], _UNDELIVERED)
    _index("ix_event_failed", "event", ["store", "settled_at"], _FAILED)


def downgrade() -> None:
    op.drop_index("ix_event_failed", "event")
    op.drop_index("ix_delivery_undelivered", "delivery")
    op.drop_index("ix_delivery_start_after", "delivery")
    op.execute("UPDATE delivery SET status = 'failed' WHERE status = 'skipped'")
    op.drop_column("delivery", "start_after")
    op.drop_column("delivery", "earlier_attempts")


def _index(name: str, table: str, columns: list[str], rows: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))
