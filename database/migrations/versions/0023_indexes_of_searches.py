"""Lists of events and transfers are searched by indexes: by type and time, by kind, source, wallet and comment."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_INDEXES = {
    "event": (("store", "type", "received_at"), ("store", "time")),
    "transfer": (("store", "kind", "at"), ("store", "source", "at"), ("store", "wallet", "at")),
}


def upgrade() -> None:
    for table, several in _INDEXES.items():
        for columns in several:
            op.create_index("_".join(("ix", table, *columns)), table, list(columns))
    has_comment = sa.text("comment != ''")
    op.create_index(
        "ix_transfer_store_comment_at",
        "transfer",
        ["store", "comment", "at"],
        sqlite_where=has_comment,
        postgresql_where=has_comment,
    )


def downgrade() -> None:
    op.drop_index("ix_transfer_store_comment_at", "transfer")
    for table, several in _INDEXES.items():
        for columns in several:
            op.drop_index("_".join(("ix", table, *columns)), table)
