"""Queues of members: the place of an event in its member's queue, and the workflow that runs it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_QUEUED = "position IS NOT NULL"

_FILL = """
UPDATE event SET position = queued.number
FROM (
    SELECT id, row_number() OVER (PARTITION BY member ORDER BY received_at, id) AS number
    FROM event WHERE parent IS NULL AND status IN ('received', 'decided')
) AS queued
WHERE queued.id = event.id
"""

_FORGET_DOUBLE = """
DELETE FROM step WHERE name = 'all_steps'
AND EXISTS (SELECT 1 FROM step AS other WHERE other.event = step.event AND other.name = 'decide')
"""
_RENAME = "UPDATE step SET name = 'decide' WHERE name = 'all_steps'"


def upgrade() -> None:
    op.add_column("event", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column("event", sa.Column("owner", sa.Text(), nullable=True))
    op.execute(_FILL)
    op.create_index(
        "ix_event_queue",
        "event",
        ["member", "position"],
        sqlite_where=sa.text(_QUEUED),
        postgresql_where=sa.text(_QUEUED),
    )
    # A batch kept the result of all steps under a name of its own, so it did not see what the event's own workflow did.
    op.execute(_FORGET_DOUBLE)
    op.execute(_RENAME)


def downgrade() -> None:
    op.drop_index("ix_event_queue", "event")
    op.drop_column("event", "owner")
    op.drop_column("event", "position")
