"""What each event added to achievements and limits. It begins with this migration: of earlier events it is unknown."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contribution",
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_contribution_event"),
        sa.PrimaryKeyConstraint("event", "kind", "name", "day", "value", name="pk_contribution"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("contribution")
