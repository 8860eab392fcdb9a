"""Events that reverse others, what waits for the event that it reverses, and the keys by which they are found."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reversible_event",
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("time", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_reversible_event_event"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_reversible_event_member"),
        sa.PrimaryKeyConstraint("event", "key", name="pk_reversible_event"),
    )
    op.create_index("ix_reversible_event_member_key", "reversible_event", ["member", "key", "time"])
    op.create_table(
        "reversal",
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("reversed_type", sa.String(255), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("reversed", sa.String(36)),
        sa.Column("share", Json()),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_reversal_event"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_reversal_member"),
        sa.PrimaryKeyConstraint("event", name="pk_reversal"),
    )
    is_known, waits = sa.text("reversed IS NOT NULL"), sa.text("reversed IS NULL")
    op.create_index("ix_reversal_reversed", "reversal", ["reversed"], sqlite_where=is_known, postgresql_where=is_known)
    op.create_index("ix_reversal_waiting", "reversal", ["member", "key"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    op.drop_table("reversal")
    op.drop_table("reversible_event")
