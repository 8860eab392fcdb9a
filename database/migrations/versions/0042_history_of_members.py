"""Indexes by which the history of a member is read in the order of time, whatever its kinds."""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_event_member": ("event", ["member", "received_at"], ["type"]),
    "ix_transfer_member_at": ("transfer", ["member", "at"], ["kind", "wallet"]),
    "ix_audit_log_store_entity_id": ("audit_log", ["store", "entity_id"], ["created_at"]),
}


def upgrade() -> None:
    for name, (table, columns, more) in _INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns + more)


def downgrade() -> None:
    for name, (table, columns, _) in _INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)
