"""Transactions are searched by what they say, and issued rewards by status, cost and cancellation."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_INDEXES = (
    *(("customer_transaction", name, [name], f"{name} IS NOT NULL") for name in ("name", "nip", "purchase_place")),
    ("customer_transaction", "channel", ["channel"], "channel IS NOT NULL"),
    ("customer_transaction", "purchased_at", ["purchased_at"], None),
    ("customer_transaction", "gross", ["gross"], None),
    ("customer_transaction", "type", ["document_type", "created_at", "id"], None),
    ("customer_transaction", "unmatched", ["created_at", "id"], "member IS NULL"),
    ("issued_reward", "status", ["status", "issued_at", "id"], None),
    ("issued_reward", "cost", ["cost"], None),
    ("issued_reward", "progress", ["progress", "issued_at", "id"], "progress IS NOT NULL"),
    ("issued_reward", "cancelled_at", ["cancelled_at"], "cancelled_at IS NOT NULL"),
)


def upgrade() -> None:
    op.create_index("ix_issued_reward_event", "issued_reward", ["event"])
    for table, name, columns, rows in _INDEXES:
        where = None if rows is None else sa.text(rows)
        op.create_index(f"ix_{table}_{name}", table, ["store", *columns], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table, name, _, _ in reversed(_INDEXES):
        op.drop_index(f"ix_{table}_{name}", table)
    op.drop_index("ix_issued_reward_event", "issued_reward")
