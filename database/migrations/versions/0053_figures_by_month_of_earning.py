"""Figures by the month in which points were added, and totals of accounts: what was booked before is noted here."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "earned_figure",
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("figure", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wallet", sa.String(255), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store", "figure", "day", "wallet", "month", "revision", name="pk_earned_figure"),
    )
    op.execute(
        sa.text(
            'INSERT INTO uncounted (store, kind, "row", at, amount, sign) '
            "SELECT store, 'ledger', id, NULL, NULL, 1 FROM transfer "
            "WHERE id NOT IN (SELECT \"row\" FROM uncounted WHERE kind = 'transfer')"
        )
    )


def downgrade() -> None:
    op.drop_table("earned_figure")
    op.execute(sa.text("DELETE FROM uncounted WHERE kind = 'ledger'"))
    op.execute(sa.text("DELETE FROM daily_figure WHERE figure IN ('total_earned', 'total_spent', 'total_expired')"))
