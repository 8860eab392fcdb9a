"""Transactions, and events that belong to no member, which report those whose customer is not known."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_transaction",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("document_number", sa.String(255), nullable=False),
        sa.Column("document_type", sa.String(8), nullable=False),
        sa.Column("linked_number", sa.String(255)),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("purchased_at", Instant(timezone=True), nullable=False),
        sa.Column("purchase_place", sa.String(255)),
        sa.Column("channel", sa.String(255)),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("customer_data", Json(), nullable=False),
        sa.Column("customer_id", sa.String(36)),
        sa.Column("email_key", sa.String(1024)),
        sa.Column("phone_key", sa.String(1024)),
        sa.Column("card", sa.String(255)),
        sa.Column("name", sa.String(255)),
        sa.Column("nip", sa.String(255)),
        sa.Column("items", Json(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("reported_by", sa.String(36), nullable=False),
        sa.Column("member", sa.String(36)),
        sa.Column("event", sa.String(36)),
        sa.Column("return_state", sa.String(8)),
        sa.Column("assigned_at", Instant(timezone=True)),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_customer_transaction_member"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_transaction"),
        sa.UniqueConstraint("store", "document_number", name="uq_customer_transaction_store_document_number"),
    )
    op.create_index("ix_customer_transaction_store_created_at", "customer_transaction", ["store", "created_at"])
    _index("member", "member")
    _index("event", "event")
    _index("linked", "store", "linked_number")
    for part in ("email_key", "phone_key", "card", "customer_id"):
        _index(part, "store", part)
    op.create_table(
        "transaction_term",
        sa.Column("transaction", sa.String(36), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("value", sa.String(512), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["transaction"], ["customer_transaction.id"], name="fk_transaction_term_transaction"),
        sa.PrimaryKeyConstraint("transaction", "field", "value", name="pk_transaction_term"),
    )
    op.create_index("ix_transaction_term_value", "transaction_term", ["store", "field", "value"])
    with op.batch_alter_table("event") as batch:
        batch.alter_column("member", existing_type=sa.String(36), nullable=True)


def downgrade() -> None:
    nobody = "SELECT id FROM event WHERE member IS NULL"
    messages = f"SELECT id FROM message WHERE event IN ({nobody})"  # noqa: S608 - no value is part of the text
    deliveries = f"SELECT id FROM delivery WHERE message IN ({messages})"  # noqa: S608 - no value is part of the text
    op.execute(f"DELETE FROM attempt WHERE delivery IN ({deliveries})")  # noqa: S608 - no value is part of the text
    op.execute(f"DELETE FROM delivery WHERE message IN ({messages})")  # noqa: S608 - no value is part of the text
    op.execute(f"DELETE FROM message WHERE event IN ({nobody})")  # noqa: S608 - no value is part of the text
    op.execute(f"DELETE FROM step WHERE event IN ({nobody})")  # noqa: S608 - no value is part of the text
    op.execute("DELETE FROM event WHERE member IS NULL")
    with op.batch_alter_table("event") as batch:
        batch.alter_column("member", existing_type=sa.String(36), nullable=False)
    op.drop_table("transaction_term")
    op.drop_table("customer_transaction")


def _index(name: str, *columns: str) -> None:
    rows = sa.text(f"{columns[-1]} IS NOT NULL")
    op.create_index(
        f"ix_customer_transaction_{name}",
        "customer_transaction",
        list(columns),
        sqlite_where=rows,
        postgresql_where=rows,
    )
