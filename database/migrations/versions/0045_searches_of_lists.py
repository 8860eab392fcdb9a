"""Indexes by which lists are searched: events not applied, due items by member and kind, lots by their dates."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_event_not_applied": ("event", ["store", "received_at"], "status IN ('received', 'decided', 'failed')"),
    "ix_deadline_member": ("deadline", ["member", "due_at"], "member IS NOT NULL"),
    "ix_deadline_store_kind": ("deadline", ["store", "kind", "due_at"], "kind != 'expire'"),
    "ix_lot_store_expires_at": ("lot", ["store", "expires_at"], "expires_at IS NOT NULL"),
    "ix_lot_store_active_from": ("lot", ["store", "active_from"], "active_from IS NOT NULL"),
    "ix_active_day_member": ("active_day", ["member"], None),
}


def upgrade() -> None:
    for name, (table, columns, where) in _INDEXES.items():
        has = None if where is None else sa.text(where)
        op.create_index(name, table, columns, sqlite_where=has, postgresql_where=has)


def downgrade() -> None:
    for name, (table, _, _) in _INDEXES.items():
        op.drop_index(name, table)
